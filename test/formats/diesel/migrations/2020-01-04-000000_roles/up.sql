create type role as enum ('reader');
alter table users add column role role not null default 'reader';
