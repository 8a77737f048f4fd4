---- down migration ----
drop table countries;

---- up migration ----
create table countries (code text primary key, name text not null);
copy countries (code, name) from stdin;
AT	Österreich; "Republik"
FR	France -- Up Migration
\.
