-- atlas:nolint destructive

-- Names with care.
create view product_names as
  select id, title || ' ; ' as title from products;
comment on view product_names is 'two
lines; one view';
