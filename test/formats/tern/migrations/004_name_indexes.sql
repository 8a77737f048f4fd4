---- tern: disable-tx ----
create index concurrently products_name on products (name);
-- a comment that ends with a backslash \
create index concurrently products_touched on products (touched_at);

---- create above / drop below ----
---- tern: disable-tx ----
drop index concurrently products_touched;
drop index concurrently products_name;
