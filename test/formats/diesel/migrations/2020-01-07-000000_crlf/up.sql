create table shelves (id integer primary key);
insert into shelves values (1),
  (2);
