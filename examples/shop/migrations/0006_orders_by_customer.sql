-- Cannot run in a transaction, so it is in a file of its own.
create index concurrently orders_by_customer on orders (customer_id, placed_at);
