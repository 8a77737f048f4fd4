-- +goose Up
alter type order_state add value 'cancelled';
insert into orders (customer_id, state) select min(id), 'cancelled' from customers;
