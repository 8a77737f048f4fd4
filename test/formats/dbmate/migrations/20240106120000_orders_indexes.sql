-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);
CREATE INDEX CONCURRENTLY orders_total ON orders (total_cents);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY orders_total;
DROP INDEX CONCURRENTLY orders_customer;
