-- The first table.
-- +goose Up
create table customers (
    id integer generated always as identity primary key,
    name text not null,
    note text not null default 'a;b' -- not the end;
);
insert into customers (name) values ('Zoë; "the first"');

-- +goose Down
drop table customers;
