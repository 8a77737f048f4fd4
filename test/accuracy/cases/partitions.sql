Partitions that are made, attached and detached.

--- setup
create table logs (id bigint not null, at date not null, level text) partition by range (at);
create table logs_2023 partition of logs for values from ('2023-01-01') to ('2024-01-01');
insert into logs select g, date '2023-01-01' + g, 'info' from generate_series(0, 300) g;
create table logs_2024 (id bigint not null, at date not null, level text);
insert into logs_2024 select g, date '2024-01-01' + g, 'info' from generate_series(0, 300) g;
create table sales (id bigint not null, country text not null) partition by list (country);
create table sales_de partition of sales for values in ('de');
create table sales_rest partition of sales default;
insert into sales select g, case when g % 2 = 0 then 'de' else 'xx' end from generate_series(1, 300) g;
create table sales_fr (id bigint not null, country text not null);
insert into sales_fr select g, 'fr' from generate_series(1, 300) g;
create table users (id bigint not null, name text) partition by hash (id);
create table users_0 partition of users for values with (modulus 2, remainder 0);
insert into users select g, 'n' from generate_series(1, 900) g where satisfies_hash_partition('users'::regclass, 2, 0, g::bigint);
create table users_1 (id bigint not null, name text);
insert into users_1 select g, 'n' from generate_series(1, 900) g where satisfies_hash_partition('users'::regclass, 2, 1, g::bigint);

--- attach without a proof
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with an exact check
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a check that names not null
alter table logs_2024 add constraint bounds check (at is not null and at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a stronger check
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2024-12-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a weaker check
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2026-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with half a check
alter table logs_2024 add constraint bounds check (at >= '2024-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a check in two parts
alter table logs_2024 add check (at >= '2024-01-01'), add check (at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a check that is not valid
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01') not valid;
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a check that was validated
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01') not valid;
alter table logs_2024 validate constraint bounds;
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a check of another column
alter table logs_2024 add column other date default '2024-02-02';
alter table logs_2024 drop column other;
alter table logs_2024 add check (id > 0 or id <= 0);
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with BETWEEN
alter table logs_2024 add check (at between '2024-01-01' and '2024-12-31');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach with a nullable column and a check of the bounds
alter table logs_2024 alter column at drop not null, alter column at set not null;
alter table logs_2024 add check (at >= date '2024-01-01' and at < date '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach and the check is dropped afterwards
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
alter table logs_2024 drop constraint bounds;
--- attach from MINVALUE without a proof
alter table logs attach partition logs_2024 for values from ('2024-01-01') to (maxvalue);
--- attach to MAXVALUE with a check
alter table logs_2024 add check (at >= '2024-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to (maxvalue);
--- check and attach in one file
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- new table is attached
create table logs_2025 (like logs including defaults including constraints);
alter table logs attach partition logs_2025 for values from ('2025-01-01') to ('2026-01-01');
--- filled new table is attached
create table logs_2025 as select id, date '2025-05-05' as at, level from logs_2023;
alter table logs_2025 alter column id set not null, alter column at set not null;
alter table logs attach partition logs_2025 for values from ('2025-01-01') to ('2026-01-01');
--- attach when an index has to be built
create index on logs (level);
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach when its index is there
create index on logs (level);
create index on logs_2024 (level);
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach when another index is there
create index on logs (level);
create index on logs_2024 (lower(level));
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach when the parent has a primary key
alter table logs add primary key (id, at);
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach when both have the primary key
alter table logs add primary key (id, at);
alter table logs_2024 add primary key (id, at), add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach when the parent has a foreign key
create table levels (name text primary key);
insert into levels values ('info');
alter table logs add foreign key (level) references levels;
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach when both have the foreign key
create table levels (name text primary key);
insert into levels values ('info');
alter table logs add foreign key (level) references levels;
alter table logs_2024 add foreign key (level) references levels;
alter table logs_2024 add constraint bounds check (at >= '2024-01-01' and at < '2025-01-01');
--- when
alter table logs attach partition logs_2024 for values from ('2024-01-01') to ('2025-01-01');
--- attach beside a default partition
alter table sales_fr add check (country = 'fr');
--- when
alter table sales attach partition sales_fr for values in ('fr');
--- attach beside a default partition that proves it
alter table sales_fr add check (country = 'fr');
alter table sales_rest add check (country <> 'fr');
--- when
alter table sales attach partition sales_fr for values in ('fr');
--- attach beside a default partition without any proof
alter table sales attach partition sales_fr for values in ('fr');
--- attach with IN
alter table sales_rest add check (country <> all (array['fr', 'it']));
alter table sales_fr add check (country in ('fr', 'it'));
--- when
alter table sales attach partition sales_fr for values in ('fr', 'it');
--- attach with a null in the list
alter table sales_fr add check (country = 'fr');
alter table sales_rest add check (country <> 'fr');
--- when
alter table sales attach partition sales_fr for values in ('fr', null);
--- attach as default
alter table sales detach partition sales_rest;
--- when
alter table sales attach partition sales_rest default;
--- attach as default with a proof
alter table sales detach partition sales_rest;
alter table sales_rest add check (country is not null and country <> 'de');
--- when
alter table sales attach partition sales_rest default;
--- attach of a hash partition
alter table users attach partition users_1 for values with (modulus 2, remainder 1);
--- attach of a hash partition with its check
do $$ begin
  execute format('alter table users_1 add check (satisfies_hash_partition(%L::oid, 2, 1, id))', 'users'::regclass::oid);
end $$;
--- when
alter table users attach partition users_1 for values with (modulus 2, remainder 1);
--- attach of a partitioned table
create table logs_2025 (id bigint not null, at date not null, level text) partition by list (level);
create table logs_2025_info partition of logs_2025 for values in ('info');
insert into logs_2025 select g, '2025-05-05', 'info' from generate_series(1, 300) g;
--- when
alter table logs attach partition logs_2025 for values from ('2025-01-01') to ('2026-01-01');
--- attach of a partitioned table with a proof
create table logs_2025 (id bigint not null, at date not null, level text) partition by list (level);
create table logs_2025_info partition of logs_2025 for values in ('info');
insert into logs_2025 select g, '2025-05-05', 'info' from generate_series(1, 300) g;
alter table logs_2025 add check (at >= '2025-01-01' and at < '2026-01-01');
--- when
alter table logs attach partition logs_2025 for values from ('2025-01-01') to ('2026-01-01');
--- attach of a partitioned table whose leaf proves it
create table logs_2025 (id bigint not null, at date not null, level text) partition by list (level);
create table logs_2025_info partition of logs_2025 for values in ('info');
insert into logs_2025 select g, '2025-05-05', 'info' from generate_series(1, 300) g;
alter table logs_2025_info add check (at >= '2025-01-01' and at < '2026-01-01');
--- when
alter table logs attach partition logs_2025 for values from ('2025-01-01') to ('2026-01-01');
--- detach
alter table logs detach partition logs_2023;
--- detach concurrently
alter table logs detach partition logs_2023 concurrently;
--- detach concurrently beside a default fails
alter table sales detach partition sales_de concurrently;
--- detach the default
alter table sales detach partition sales_rest;
--- detach and drop
alter table logs detach partition logs_2023;
drop table logs_2023;
--- detach and attach with other bounds
alter table logs detach partition logs_2023;
alter table logs attach partition logs_2023 for values from ('2022-01-01') to ('2024-01-01');
--- detach with a foreign key to the partition
alter table logs add primary key (id, at);
create table notes (id bigint, log_id bigint, at date, foreign key (log_id, at) references logs);
insert into notes select g, g, date '2023-01-01' + g from generate_series(1, 20) g;
--- when
delete from notes;
alter table logs detach partition logs_2023;
--- new partition
create table logs_2025 partition of logs for values from ('2025-01-01') to ('2026-01-01');
--- new partition if not exists, and it does
create table if not exists logs_2023 partition of logs for values from ('2023-01-01') to ('2024-01-01');
--- new default partition
create table logs_rest partition of logs default;
--- new partition beside a default
create table sales_it partition of sales for values in ('it');
--- new partition beside a default that proves it
alter table sales_rest add check (country <> 'it');
--- when
create table sales_it partition of sales for values in ('it');
--- new partition beside a default that was emptied in the same file
delete from sales_rest where country = 'it';
create table sales_it partition of sales for values in ('it');
--- new partition beside a default by LIKE and ATTACH
alter table sales_rest add check (country <> 'it');
--- when
create table sales_it (like sales including all);
alter table sales attach partition sales_it for values in ('it');
--- new partition that is partitioned
create table logs_2025 partition of logs for values from ('2025-01-01') to ('2026-01-01') partition by list (level);
create table logs_2025_info partition of logs_2025 for values in ('info');
--- new partition beside a default that is partitioned
create table areas (id bigint, a integer not null) partition by range (a);
create table areas_rest partition of areas default partition by hash (id);
create table areas_rest_0 partition of areas_rest for values with (modulus 1, remainder 0);
insert into areas select g, g from generate_series(1, 300) g;
--- when
create table areas_low partition of areas for values from (1000) to (2000);
--- new hash partition
create table users_b partition of users for values with (modulus 2, remainder 1);
--- new partitioned table
create table metrics (at timestamptz not null, v numeric) partition by range (at);
create table metrics_1 partition of metrics for values from ('2024-01-01') to ('2024-02-01');
create index on metrics (at);
--- partition is dropped
drop table logs_2023;
--- partition is truncated
truncate logs_2023;
--- column of all partitions
alter table logs add column host text;
--- column with a volatile default of all partitions
alter table logs add column uid uuid default gen_random_uuid();
--- check on all partitions
alter table logs add constraint id_positive check (id >= 0);
--- check on all partitions not valid
alter table logs add constraint id_positive check (id >= 0) not valid;
--- check on all partitions is validated
alter table logs add constraint id_positive check (id >= 0) not valid;
--- when
alter table logs validate constraint id_positive;
--- check that all partitions have
alter table logs_2023 add constraint id_positive check (id >= 0);
--- when
alter table logs add constraint id_positive check (id >= 0);
--- unique on all partitions
alter table logs add unique (id, at);
--- primary key that all partitions have as an index
alter table logs_2023 add constraint logs_2023_pkey primary key (id, at);
--- when
alter table logs add primary key (id, at);
--- partition is renamed
alter table logs_2023 rename to logs_old;
--- partition with a default of its own
alter table logs_2023 alter column level set default 'info';
--- tablespace of the parent only
alter table logs set tablespace archive;
--- tablespace of a partition
alter table logs_2023 set tablespace archive;
--- vacuum full of a partition
vacuum full logs_2023;
--- subpartition attached two levels below a default
create table top (a integer not null, b integer not null) partition by list (a);
create table top_rest partition of top default;
create table top_1 partition of top for values in (1) partition by list (b);
insert into top select 2, g from generate_series(1, 300) g;
--- when
create table top_1_1 partition of top_1 for values in (1);
--- subpartition beside a default of its level
create table top (a integer not null, b integer not null) partition by list (a);
create table top_1 partition of top for values in (1) partition by list (b);
create table top_1_rest partition of top_1 default;
insert into top select 1, g from generate_series(10, 300) g;
--- when
create table top_1_1 partition of top_1 for values in (1);
