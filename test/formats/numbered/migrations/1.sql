create table customers (id integer primary key, name text not null);
insert into customers values (1, 'Zoë; "the first"')
