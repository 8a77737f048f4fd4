Domains in use.

--- setup
create domain percent as numeric;
create domain bounded as integer constraint low check (value > 0);
create domain unused as text;
create domain inner_text as text;
create domain outer_text as inner_text;
create table offers (id bigint primary key, discount percent, level bounded, code outer_text);
insert into offers select g, g, g, 'c' from generate_series(1, 300) g;

--- check on one in use
alter domain percent add constraint small check (value < 1000);
--- check on one in use not valid
alter domain percent add constraint small check (value < 1000) not valid;
--- check on one in use inside of an array
alter table offers add column list percent[];
--- when
alter domain percent add constraint small check (value < 1000);
--- its validation
alter domain percent add constraint small check (value < 1000) not valid;
--- when
alter domain percent validate constraint small;
--- not null on one in use
alter domain percent set not null;
--- not null dropped
alter domain percent drop not null;
--- check on one that is not in use
alter domain unused add check (value <> '');
--- not null on one that is not in use
alter domain unused set not null;
--- check on one below one in use
alter domain inner_text add check (value <> '');
--- default
alter domain percent set default 0;
--- check dropped
alter domain bounded drop constraint low;
--- constraint renamed
alter domain bounded rename constraint low to positive;
--- renamed
alter domain percent rename to ratio;
--- owner
alter domain percent owner to app_owner;
--- another schema
create schema types;
--- when
alter domain percent set schema types;
--- dropped
drop domain unused;
--- dropped with its columns
drop domain bounded cascade;
--- column of a bounded one
alter table offers add column depth bounded;
--- column of one that is not bounded
alter table offers add column depth percent;
--- column of one over another
alter table offers add column depth outer_text;
--- new domain and a column of it
create domain positive as integer check (value > 0);
alter table offers add column depth positive;
--- new domain without checks and a column of it
create domain anything as integer;
alter table offers add column depth anything;
--- column becomes the base type
alter table offers alter column level type integer;
--- column becomes another domain
alter table offers alter column discount type numeric;
--- composite with a bounded one inside
create type pair as (a bounded, b text);
--- when
alter table offers add column pair pair;
--- new table with all of them
create table drafts (a percent, b bounded not null default 1, c outer_text);
