begin;
insert into products (name) values ($q$own; block$q$);
commit;

---- create above / drop below ----
