--liquibase formatted sql

--changeset ann:1
create type order_state as enum ('open', 'paid');
GO
alter table orders add column state order_state not null default 'open'
go
comment on column orders.state is 'Zustand;
über zwei Zeilen'
/
--rollback alter table orders drop column state;

--changeset ann:indexes runInTransaction:false
create index concurrently orders_customer on orders (customer_id);
create index concurrently orders_state on orders (state);
--rollback drop index concurrently orders_customer;
--rollback drop index concurrently orders_state;

--changeset ann:only-mysql dbms:mysql
create table `nothing` (a int);

--changeset ann:not-yet ignore:true
create table not_yet (a int;

--changeset ann:cancelled
alter type order_state add value 'cancelled';
insert into orders values (3, 1, 'cancelled');
