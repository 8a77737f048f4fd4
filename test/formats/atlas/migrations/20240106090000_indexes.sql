-- atlas:txmode none

create index concurrently products_title on products (title);
create index concurrently products_category on products (category_id);
