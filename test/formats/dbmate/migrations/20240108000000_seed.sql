-- migrate:up
COPY customers (name) FROM stdin;
Ann
Zoë; "the first"
\.
DO $do$
BEGIN
  IF (SELECT count(*) FROM customers) <> 2 THEN
    RAISE EXCEPTION 'two customers; -- migrate:down is only text here';
  END IF;
END
$do$;
-- migrate:down
DELETE FROM customers;
