create type state as enum ('new');
alter table orders add column state state not null default 'new';
