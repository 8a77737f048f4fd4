begin;
create table rooms (id integer primary key);
commit;
begin;
insert into rooms values (7);
commit;
