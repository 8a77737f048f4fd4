create table users (
    id serial primary key,
    name varchar not null,
    changed_at timestamp not null default '2020-01-01'
);
select manage_changed_at('users');
insert into users (name) values ('Zoë; "the first"')
