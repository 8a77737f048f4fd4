-- migrate:up
CREATE VIEW customer_names AS SELECT name FROM customers;
-- migrate:down
DROP VIEW customer_names;
