-- Text above the first marker is not run: create table never (a int);

-- Up Migration
create schema shop;
create type shop.level as enum ('basic', 'gold');

-- Down Migration
drop type shop.level;
drop schema shop;
