-- migrate:up
CREATE FUNCTION order_count(bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT count(*) FROM orders WHERE customer_id = $1;
$$;

-- migrate:down
DROP FUNCTION order_count(bigint);
