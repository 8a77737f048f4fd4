-- migrate:up transaction:false
ALTER TYPE order_status ADD VALUE 'paid';
UPDATE orders SET status = 'paid' WHERE total_cents = 0;

-- migrate:down
