create table orders (id integer primary key, customer_id integer references customers);
insert into orders values (1, 1);
