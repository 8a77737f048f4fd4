create table regions (code text primary key, name text);
insert into regions values ('eu', 'Europe; all of it');
