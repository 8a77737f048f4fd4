ALTER TYPE status ADD VALUE 'sent' AFTER 'paid';
UPDATE orders SET status = 'sent' WHERE customer = 1;
