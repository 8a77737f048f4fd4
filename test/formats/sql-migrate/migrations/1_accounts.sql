select 'what stands above the first marker is not run';
-- +migrate Up
create table accounts (
    id integer generated always as identity primary key,
    email text not null unique
);
insert into accounts (email) values ('zoë@example.com');

-- +migrate Down
drop table accounts;
