create index concurrently orders_note on orders (note);
create index concurrently orders_customer on orders (customer_id);
