-- +migrate Up
create type plan as enum ('free', 'paid');

-- +migrate Down
drop table plans;
drop type plan;

-- +migrate Up
create table plans (account_id integer primary key references accounts, plan plan not null);
insert into plans select id, 'free' from accounts;
