ALTER TYPE order_status ADD VALUE 'shipped';
INSERT INTO orders (customer_id, status) SELECT id, 'shipped' FROM customers WHERE id = 2;
