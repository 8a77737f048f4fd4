Tables that are rewritten, moved, emptied and set, as wholes.

--- setup
create table readings (id bigint primary key, at timestamptz not null default now(), v numeric, note text);
insert into readings (id, v, note) select g, g, 'n' from generate_series(1, 300) g;
create index readings_at on readings (at);
create unlogged table cache (key text primary key, value text);
insert into cache select 'k' || g, 'v' from generate_series(1, 300) g;
create materialized view daily as select at::date as day, sum(v) as total from readings group by 1;
create unique index daily_day on daily (day);
create access method heap_again type table handler heap_tableam_handler;
create schema old;

--- cluster using an index
cluster readings using readings_at;
--- cluster as before
cluster readings using readings_at;
--- when
cluster readings;
--- cluster on
alter table readings cluster on readings_at;
--- set without cluster
alter table readings cluster on readings_at;
--- when
alter table readings set without cluster;
--- vacuum full
vacuum full readings;
--- vacuum full as an option
vacuum (full, analyze) readings;
--- vacuum full false
vacuum (full false) readings;
--- vacuum
vacuum readings;
--- vacuum analyze
vacuum analyze readings;
--- analyze
analyze readings;
--- analyze in a file with a column
alter table readings add column unit text;
analyze readings;
--- truncate
truncate readings;
--- truncate cascade
truncate table readings, cache restart identity cascade;
--- refresh
refresh materialized view daily;
--- refresh concurrently
refresh materialized view concurrently daily;
--- refresh without data
refresh materialized view daily with no data;
--- new materialized view
create materialized view weekly as select date_trunc('week', at) as week, count(*) from readings group by 1;
--- new materialized view without data
create materialized view weekly as select date_trunc('week', at) as week from readings with no data;
--- new materialized view with an index
create materialized view weekly as select date_trunc('week', at) as week, count(*) from readings group by 1;
create unique index on weekly (week);
--- materialized view is dropped and made again
drop materialized view daily;
create materialized view daily as select at::date as day, max(v) as most from readings group by 1;
create unique index daily_day on daily (day);
--- set unlogged
alter table readings set unlogged;
--- set logged
alter table cache set logged;
--- set logged that is logged
alter table readings set logged;
--- set unlogged that is unlogged
alter table cache set unlogged;
--- set tablespace
alter table readings set tablespace archive;
--- set tablespace that it has
alter table readings set tablespace pg_default;
--- all in a tablespace
alter table all in tablespace pg_default owned by app_owner set tablespace archive;
--- set access method
alter table readings set access method heap_again;
--- set access method that it has
alter table readings set access method heap;
--- set fillfactor
alter table readings set (fillfactor = 70);
--- set autovacuum options
alter table readings set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_enabled = true);
--- reset options
alter table readings reset (fillfactor);
--- set statistics
alter table readings alter column v set statistics 1000;
--- set storage
alter table readings alter column note set storage external;
--- set compression
alter table readings alter column note set compression pglz;
--- set n_distinct
alter table readings alter column v set (n_distinct = 10);
--- set replica identity
alter table readings replica identity full;
--- set replica identity by an index
alter table readings replica identity using index readings_pkey;
--- set schema
alter table readings set schema old;
--- set schema if it exists
alter table if exists readings set schema old;
--- owner
alter table readings owner to app_owner;
--- rename table
alter table readings rename to measurements;
--- rename column
alter table readings rename column v to value;
--- rename if it exists
alter table if exists not_there rename to somewhere;
--- rename a view
alter materialized view daily rename to per_day;
--- drop column
alter table readings drop column note;
--- drop column if exists
alter table readings drop column if exists not_there;
--- drop column with an index
alter table readings drop column at cascade;
--- drop two columns
alter table readings add column a integer, add column b text;
--- when
alter table readings drop column a, drop column b;
--- drop table
drop table cache;
--- drop table if exists
drop table if exists cache, not_there cascade;
--- drop table and make it again
drop table cache;
create table cache (key text primary key, value text);
create index on cache (value);
--- drop view
drop materialized view daily;
--- set default
alter table readings alter column v set default 0;
--- set a volatile default
alter table readings alter column note set default gen_random_uuid()::text;
--- drop default
alter table readings alter column at drop default;
--- add identity
alter table readings alter column id add generated by default as identity;
--- set identity
alter table readings alter column id add generated by default as identity;
--- when
alter table readings alter column id set generated always restart with 1000;
--- drop identity
alter table readings alter column id add generated by default as identity;
--- when
alter table readings alter column id drop identity if exists;
--- drop expression
alter table readings add column twice numeric generated always as (v * 2) stored;
--- when
alter table readings alter column twice drop expression;
--- set expression
alter table readings add column twice numeric generated always as (v * 2) stored;
--- when
alter table readings alter column twice set expression as (v * 3);
--- set expression of a virtual column
alter table readings add column twice numeric generated always as (v * 2) virtual;
--- when
alter table readings alter column twice set expression as (v * 3);
--- check on a virtual column
alter table readings add column twice numeric generated always as (v * 2) virtual;
--- when
alter table readings add constraint twice_positive check (twice >= 0);
--- not null on a virtual column
alter table readings add column twice numeric generated always as (v * 2) virtual;
--- when
alter table readings alter column twice set not null;
--- disable a trigger
alter table readings disable trigger user;
--- enable row level security
alter table readings enable row level security;
--- force row level security
alter table readings enable row level security, force row level security;
--- inherit
create table all_readings (id bigint not null, at timestamptz not null, v numeric, note text);
--- when
alter table readings inherit all_readings;
--- no inherit
create table all_readings (id bigint, at timestamptz not null, v numeric, note text);
alter table readings inherit all_readings;
--- when
alter table readings no inherit all_readings;
--- of a type
create type reading as (id bigint, at timestamptz, v numeric, note text);
--- when
alter table readings of reading;
--- lock, then a harmless change
lock table readings in access exclusive mode;
alter table readings add column unit text;
--- lock timeouts, then a harmless change
set local lock_timeout = '2s';
set local statement_timeout = '10s';
alter table readings add column unit text;
--- several harmless sub-commands
alter table readings add column unit text, alter column v set default 0, drop column note, alter column at drop not null;
--- several sub-commands with one rewrite
alter table readings add column unit text, alter column id type integer, alter column v set default 0;
--- several sub-commands with one scan
alter table readings add column unit text, add constraint v_positive check (v > 0), alter column v set default 0;
--- several sub-commands with one index
alter table readings add column unit text, add unique (v, id);
