CREATE FUNCTION total(customer integer) RETURNS bigint LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT sum("total_cents") FROM "orders" WHERE "customer_id" = customer;
END;
