CREATE OR REPLACE FUNCTION "customerTotal"(customer text) RETURNS bigint AS $$
DECLARE
  total bigint;
BEGIN
  SELECT coalesce(sum("totalCents"), 0) INTO total FROM "Order" WHERE "customerId" = customer;
  -- A quote ' and a semicolon ; that end nothing.
  RETURN total;
END;
$$ LANGUAGE plpgsql STABLE;

CREATE FUNCTION "touchOrder"() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW."notes" := coalesce(NEW."notes", '') || 'it''s touched;';
  RETURN NEW;
END
$body$;

CREATE TRIGGER "Order_touch" BEFORE INSERT ON "Order" FOR EACH ROW EXECUTE FUNCTION "touchOrder"();
