-- The orders of the old shop. The rows are made up here, so that the example needs no file.
insert into customers (email, name)
select 'customer' || n || '@example.com', 'Customer ' || n
from generate_series(1, 2000) n;

insert into products (sku, title, price_cents)
select 'SKU-' || n, 'Product ' || n, 100 + n * 7 % 9900
from generate_series(1, 200) n;

insert into orders (customer_id, status, placed_at)
select 1 + n % 2000, 'shipped', timestamptz '2025-01-01 00:00:00+00' + n * interval '5 minutes'
from generate_series(1, 60000) n;

insert into order_items (order_id, line, product_id, quantity, price_cents)
select o.id, 1, p.id, 1 + o.id % 3, p.price_cents
from orders o
join products p on p.id = 1 + o.id % 200;
