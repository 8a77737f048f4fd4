create table products (
  id int generated always as identity primary key,
  name text not null,
  touched_at timestamptz
);

---- create above / drop below ----

drop table products;
