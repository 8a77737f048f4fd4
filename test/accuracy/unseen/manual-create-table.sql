CREATE TABLE, CREATE TABLE AS and what new tables do to those that are there.

--- setup
create table venues (id uuid primary key default gen_random_uuid(), name text not null, city text, capacity integer check (capacity > 0));
insert into venues (name, city, capacity) select 'v' || g, 'c', g from generate_series(1, 400) g;
create table measurements (sensor integer not null, taken_at timestamptz not null, value double precision, primary key (sensor, taken_at)) partition by range (taken_at);
create table measurements_2024 partition of measurements for values from ('2024-01-01') to ('2025-01-01');
insert into measurements select g % 7, timestamptz '2024-01-02' + g * interval '1 hour', g from generate_series(1, 700) g;
create index measurements_value on measurements (value);

--- with a foreign key to a table that is there
create table concerts (id bigint generated always as identity primary key, venue_id uuid not null references venues, title text not null, starts_at timestamptz);
--- with a foreign key at the end
create table concerts (id bigserial, venue_id uuid not null, primary key (id), constraint concerts_venue foreign key (venue_id) references venues (id) on delete cascade);
--- if not exists
create table if not exists venues (id uuid primary key, name text);
--- if not exists with a new index
create table if not exists venues (id uuid primary key, name text);
create index if not exists venues_city on venues (city);
--- like with everything
create table venues_archive (like venues including all);
--- like, filled, and indexed
create table venues_archive (like venues including defaults);
insert into venues_archive select * from venues;
create index on venues_archive (city);
--- inherits
create table open_air_venues (has_roof boolean default false) inherits (venues);
--- as select
create table venue_names as select id, name from venues;
--- as select and a key
create table big_venues as select * from venues where capacity > 10;
alter table big_venues add primary key (id);
alter table big_venues alter column name set not null;
--- as select without data
create table venue_names as table venues with no data;
--- select into
select id, name into venue_names from venues;
--- temporary
create temporary table staged_venues (like venues) on commit drop;
insert into staged_venues select * from venues;
create index on staged_venues (city);
--- unlogged
create unlogged table venue_cache (key text primary key, body jsonb);
--- of a type
create type seat as (row_no integer, seat_no integer);
create table seats of seat (primary key (row_no, seat_no));
--- a partition of a table without a default partition
create table measurements_2025 partition of measurements for values from ('2025-01-01') to ('2026-01-01');
--- a partition of a table with a filled default partition
create table measurements_other partition of measurements default;
insert into measurements select 1, timestamptz '2030-01-02' + g * interval '1 minute', g from generate_series(1, 300) g;
--- when
create table measurements_2025 partition of measurements for values from ('2025-01-01') to ('2026-01-01');
--- a partition of a table with an empty default partition
create table measurements_other partition of measurements default;
--- when
create table measurements_2025 partition of measurements for values from ('2025-01-01') to ('2026-01-01');
--- the default partition
create table measurements_other partition of measurements default;
--- a partition with partitions
create table measurements_2026 partition of measurements for values from ('2026-01-01') to ('2027-01-01') partition by list (sensor);
create table measurements_2026_1 partition of measurements_2026 for values in (1, 2, 3);
--- two partitions of a table that the file makes
create table clicks (id bigint, at date not null) partition by range (at);
create table clicks_a partition of clicks for values from ('2024-01-01') to ('2024-07-01');
create table clicks_b partition of clicks for values from ('2024-07-01') to ('2025-01-01');
create index on clicks (at);
--- with a sequence of its own and a comment
create sequence ticket_numbers as bigint start 1000 owned by none;
create table tickets (id bigint primary key default nextval('ticket_numbers'), venue_id uuid, price numeric(10, 2) not null default 0);
comment on table tickets is 'sold, one row each';
alter sequence ticket_numbers owned by tickets.id;
--- a new table is filled and gets a foreign key to one that is there
create table venue_managers (id bigint primary key, venue_id uuid);
insert into venue_managers select row_number() over (), id from venues;
alter table venue_managers add foreign key (venue_id) references venues (id);
--- a new table is empty and gets a foreign key
create table venue_managers (id bigint primary key, venue_id uuid);
alter table venue_managers add foreign key (venue_id) references venues (id);
create index on venue_managers (venue_id);
--- a new table is swapped with the old
create table venues_new (like venues including all);
insert into venues_new select * from venues;
alter table venues rename to venues_old;
alter table venues_new rename to venues;
--- dropped
drop table venues;
--- dropped with what refers to it
create table gigs (id bigint primary key, venue_id uuid references venues);
insert into gigs select g, null from generate_series(1, 200) g;
--- when
drop table if exists venues cascade;
--- a partition is dropped
drop table measurements_2024;
--- a foreign table
create extension postgres_fdw;
create server elsewhere foreign data wrapper postgres_fdw;
--- when
create foreign table remote_venues (id uuid, name text) server elsewhere options (table_name 'venues');
--- with a check and an exclusion
create table bookings (venue_id uuid, during tstzrange not null, check (not isempty(during)), exclude using gist (during with &&));
