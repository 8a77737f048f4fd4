CLUSTER, VACUUM, ANALYZE, TRUNCATE, LOCK, COPY and commands of the session.

--- setup
create table trips (id bigint primary key, rider_id bigint, started_at timestamptz, fare numeric, city text);
insert into trips select g, g % 40, now(), g, 'c' || g % 5 from generate_series(1, 600) g;
create index trips_rider on trips (rider_id);
create table trip_events (id bigint primary key, trip_id bigint references trips, kind text);
insert into trip_events select g, g, 'start' from generate_series(1, 300) g;
create table payouts (day date not null, rider_id bigint, amount numeric) partition by range (day);
create table payouts_2024 partition of payouts for values from ('2024-01-01') to ('2025-01-01');
insert into payouts select date '2024-01-01' + g % 300, g, g from generate_series(1, 500) g;
create index payouts_rider on payouts (rider_id);
create table empty_trips (id bigint primary key, note text);

--- cluster by an index
cluster trips using trips_rider;
--- cluster verbosely
cluster verbose trips using trips_pkey;
--- cluster as it was
alter table trips cluster on trips_rider;
--- when
cluster trips;
--- cluster everything
alter table trips cluster on trips_rider;
--- when
cluster;
--- cluster a partitioned table
cluster payouts using payouts_rider;
--- vacuum
vacuum (verbose, index_cleanup off) trips;
--- vacuum freeze
vacuum (freeze, analyze) trips, trip_events;
--- vacuum full
vacuum full trips;
--- vacuum full of everything
vacuum (full);
--- vacuum that truncates
vacuum (truncate true, skip_locked) trips;
--- analyze
analyze trips (rider_id, city);
--- analyze everything
analyze;
--- truncate
truncate table trip_events;
--- truncate with cascade
truncate trips cascade;
--- truncate several and restart
truncate only trips, trip_events restart identity;
--- truncate a partition
truncate payouts_2024;
--- truncate and fill
truncate trip_events;
insert into trip_events select id + 1000, id, 'again' from trips;
--- truncate, then a check
truncate trip_events;
alter table trip_events add constraint kind_known check (kind in ('start', 'end'));
--- lock and read
lock table trips in share row exclusive mode;
select count(*) from trips;
--- lock and update
lock table trips in exclusive mode;
update trips set fare = fare * 100;
--- lock in a weak mode and update
lock table trips in row exclusive mode;
update trips set city = upper(city);
--- lock, and an index that nobody waits for
lock table trips in access share mode;
create index empty_note on empty_trips (note);
--- update
update trips set city = 'unknown' where city is null;
--- delete
delete from trip_events where kind = 'start';
--- insert from a select
insert into empty_trips select id, city from trips;
--- merge
merge into empty_trips t using trips s on t.id = s.id when matched then update set note = s.city when not matched then insert values (s.id, s.city);
--- a select that locks rows
select id from trips where rider_id = 3 for update;
--- settings
set local lock_timeout = '2s';
set local statement_timeout = '30s';
alter table trips add column rating smallint;
--- settings and a scan
set lock_timeout to '2s';
alter table trips add constraint fare_positive check (fare >= 0);
--- settings and a search path
set local search_path = public;
alter table trips alter column fare type double precision;
--- a notice
do $$ begin raise notice 'half way'; end $$;
--- a block that changes a table
do $$
declare t text;
begin
  foreach t in array array['trips', 'trip_events'] loop
    execute format('alter table %I add column tenant text', t);
  end loop;
end $$;
--- a block that makes indexes by format
do $$
begin
  execute format('create index %I on %I (city)', 'trips_city', 'trips');
end $$;
--- a block with a plain statement
do $$
begin
  create index trips_city on trips (city);
end
$$;
--- a block that looks whether the column is there
do $$
begin
  if not exists (select 1 from information_schema.columns where table_name = 'trips' and column_name = 'km') then
    alter table trips add column km integer not null default 0;
  end if;
end
$$;
--- a block that updates under a lock
do $$
begin
  alter table trips add column km integer;
  update trips set km = 0;
end
$$;
--- constraints are deferred
set constraints all deferred;
update trip_events set trip_id = trip_id;
--- a savepoint
savepoint before_index;
create index trips_started on trips (started_at);
release savepoint before_index;
--- a prepared statement
prepare late as select * from trips where started_at > $1;
deallocate late;
--- a cursor
declare c cursor for select * from trips;
close c;
--- notify and listen
listen trips_changed;
notify trips_changed, 'now';
--- an advisory lock
select pg_advisory_xact_lock(42);
alter table trips add column surge numeric;
--- the value of a sequence
create sequence trip_no;
--- when
select setval('trip_no', (select max(id) from trips));
--- the value of a sequence under a lock
create sequence trip_no;
--- when
alter table trips alter column id set default nextval('trip_no');
select setval('trip_no', (select max(id) from trips));
--- checkpoint
checkpoint;
--- a call
create procedure noop() language sql as 'select 1';
--- when
call noop();
