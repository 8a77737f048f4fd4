-- +goose Up
-- +goose StatementBegin
create type order_state as enum ('new', 'paid');
create table orders (
    id integer generated always as identity primary key,
    customer_id integer not null references customers,
    state order_state not null default 'new'
);
insert into orders (customer_id, state) select id, 'paid' from customers
-- +goose StatementEnd
