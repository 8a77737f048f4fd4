insert into products (name) values ('Kürbis; orange');
insert into products (name) values ('it''s');

---- create above / drop below ----

delete from products;
