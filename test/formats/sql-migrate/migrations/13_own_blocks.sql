-- +migrate Up notransaction
begin;
create table rooms (id integer primary key);
insert into rooms values (1);
commit;
vacuum rooms;
