Type changes of columns that something depends on.

--- setup
create table accounts (id integer primary key, name varchar(40) not null, email varchar(80), city text, score integer, meta jsonb, stamp timestamp);
insert into accounts select g, 'n' || g, 'e' || g || '@x', 'c', g, '{}', now() from generate_series(1, 300) g;
create table entries (id integer primary key, account_id integer, account_name varchar(40), body text);
insert into entries select g, g, 'n' || g, 'b' from generate_series(1, 300) g;

--- widened with a btree index
create index on accounts (name);
--- when
alter table accounts alter column name type varchar(80);
--- to text with a btree index
create index on accounts (name);
--- when
alter table accounts alter column name type text;
--- to text with a unique constraint
alter table accounts add constraint accounts_email_key unique (email);
--- when
alter table accounts alter column email type text;
--- to text with a pattern index
create index on accounts (name varchar_pattern_ops);
--- when
alter table accounts alter column name type text;
--- to text with a partial index on it
create index on accounts (id) where name <> '';
--- when
alter table accounts alter column name type text;
--- widened with a partial index on it
create index on accounts (id) where name is not null;
--- when
alter table accounts alter column name type varchar(80);
--- widened with an expression index on it
create index on accounts (lower(name));
--- when
alter table accounts alter column name type varchar(80);
--- to text with an expression index on it
create index on accounts (lower(name));
--- when
alter table accounts alter column name type text;
--- text becomes varchar with an expression index
create index on accounts (lower(city));
--- when
alter table accounts alter column city type varchar;
--- widened with a check on it
alter table accounts add constraint filled check (name <> '');
--- when
alter table accounts alter column name type varchar(80);
--- to text with a check on it
alter table accounts add constraint filled check (length(name) > 0);
--- when
alter table accounts alter column name type text;
--- to text with a check that is not valid
alter table accounts add constraint filled check (length(name) > 0) not valid;
--- when
alter table accounts alter column name type text;
--- widened with a check on another column
alter table accounts add constraint positive check (score > 0);
--- when
alter table accounts alter column name type varchar(80);
--- widened with an index on another column
create index on accounts (score);
--- when
alter table accounts alter column name type varchar(80);
--- widened with INCLUDE of the column
create index on accounts (score) include (name);
--- when
alter table accounts alter column name type varchar(80);
--- to bigint with an index
create index on accounts (score);
--- when
alter table accounts alter column score type bigint;
--- referencing column to bigint
alter table entries add constraint entries_account_fk foreign key (account_id) references accounts;
--- when
alter table entries alter column account_id type bigint;
--- referenced column to bigint
alter table entries add constraint entries_account_fk foreign key (account_id) references accounts;
--- when
alter table accounts alter column id type bigint;
--- referencing varchar becomes text
alter table accounts add unique (name);
alter table entries add constraint entries_name_fk foreign key (account_name) references accounts (name);
--- when
alter table entries alter column account_name type text;
--- referenced varchar becomes text
alter table accounts add unique (name);
alter table entries add constraint entries_name_fk foreign key (account_name) references accounts (name);
--- when
alter table accounts alter column name type text;
--- referencing varchar is widened
alter table accounts add unique (name);
alter table entries add constraint entries_name_fk foreign key (account_name) references accounts (name);
--- when
alter table entries alter column account_name type varchar(60);
--- column of a view
create view account_names as select name from accounts;
--- when
alter table accounts alter column name type text;
--- view is dropped and made again
create view account_names as select name from accounts;
--- when
drop view account_names;
alter table accounts alter column name type text;
create view account_names as select name from accounts;
--- column of a generated column
alter table accounts add column shout text generated always as (upper(name)) stored;
--- when
alter table accounts alter column name type text;
--- column of extended statistics
create statistics accounts_stats on name, city from accounts;
--- when
alter table accounts alter column name type text;
--- column of a trigger
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before update of name on accounts for each row execute function touch();
--- when
alter table accounts alter column name type text;
--- column of a policy
create policy own on accounts using (name = current_user);
--- when
alter table accounts alter column name type text;
--- collation with an index on it
create index on accounts (city);
--- when
alter table accounts alter column city type text collate "C";
--- collation with an index of its own collation
create index on accounts (city collate "C");
--- when
alter table accounts alter column city type text collate "POSIX";
--- collation without an index on it
create index on accounts (score);
--- when
alter table accounts alter column city type text collate "C";
--- gin index on jsonb to text
create index on accounts using gin (meta);
--- when
alter table accounts alter column meta type json;
--- default that cannot be cast
alter table accounts alter column name set default 'x';
--- when
alter table accounts alter column name type text;
--- primary key to text from varchar
create table codes (code varchar(8) primary key, title text);
insert into codes select 'c' || g, 't' from generate_series(1, 300) g;
--- when
alter table codes alter column code type varchar(16);
--- hash index
create index on accounts using hash (name);
--- when
alter table accounts alter column name type text;
--- brin index to wider
create index on accounts using brin (name);
--- when
alter table accounts alter column name type varchar(100);
--- column of an exclusion constraint
create table slots (id integer, during tsrange, room text, exclude using gist (during with &&));
insert into slots select g, tsrange(timestamp '2020-01-01' + g * interval '1 hour', timestamp '2020-01-01' + g * interval '1 hour' + interval '1 minute'), 'r' from generate_series(1, 300) g;
--- when
alter table slots alter column during type tstzrange using tstzrange(lower(during), upper(during));
--- inherited by a child
create table vip () inherits (accounts);
insert into vip (id, name, score) select g, 'v' || g, g from generate_series(1000, 1200) g;
--- when
alter table accounts alter column score type bigint;
--- of a partitioned table
create table logs (id bigint, at date not null, level varchar(10)) partition by range (at);
create table logs_2024 partition of logs for values from ('2024-01-01') to ('2025-01-01');
insert into logs select g, '2024-02-02', 'info' from generate_series(1, 300) g;
--- when
alter table logs alter column level type varchar(20);
--- of a partitioned table with work
create table logs (id bigint, at date not null, level varchar(10)) partition by range (at);
create table logs_2024 partition of logs for values from ('2024-01-01') to ('2025-01-01');
insert into logs select g, '2024-02-02', '1' from generate_series(1, 300) g;
--- when
alter table logs alter column level type integer using level::integer;
--- of a composite type in use
create type point3 as (x integer, y integer);
create table shapes (id integer, corner point3);
insert into shapes select g, row(1, 2)::point3 from generate_series(1, 300) g;
--- when
alter type point3 alter attribute x type bigint;
