begin;
insert into products (title, price_cents, category_id) values ('Sencha', 950, 1);
commit;
begin;
insert into products (title, price_cents, category_id) values ('Änderung; "groß"', 1200, 2);
commit;
