Plain statements on plain tables, as they stand in most migrations.

--- setup
create table accounts (id integer primary key, owner_id integer, iban varchar(34), kind varchar(10) not null default 'giro', balance money default 0, limits integer[], opened date, closed_at timestamp with time zone, note text, ip inet, active integer default 1, external_ref text, rate real, nightly time);
insert into accounts select g, g, 'DE' || g, 'giro', g, array[g], current_date, null, 'n', '10.0.0.1', 1, g::text, g, '03:00' from generate_series(1, 500) g;
create table persons (id integer primary key, name varchar(80), born date, email text, manager_id integer, gender char(1), uid text, points numeric, visits bigint);
insert into persons select g, 'n' || g, current_date, 'e' || g, null, 'x', gen_random_uuid()::text, g, g from generate_series(1, 500) g;
create table transfers (id bigint primary key, from_account integer not null, to_account integer, amount numeric(12, 2) not null, booked_on date, valid_from timestamptz, valid_to timestamptz, reference varchar(140), meta text, status varchar(20) default 'booked');
insert into transfers select g, g, g, g, current_date, now(), now() + interval '1 hour', 'r' || g, '{}', 'booked' from generate_series(1, 500) g;
create table branches (id integer primary key, name text, region text);
create function next_ulid() returns text language plpgsql volatile as 'begin return md5(random()::text); end';
create function home_region() returns text language plpgsql stable as 'begin return ''north''; end';
create function index_of(t text, c text) returns void language plpgsql as $$ begin execute format('create index on %I (%I)', t, c); end $$;

--- index on a foreign key column
create index idx_accounts_owner on accounts (owner_id);
--- index on a date
CREATE INDEX idx_transfers_booked_on ON public.transfers (booked_on);
--- index on two columns
CREATE INDEX transfers_from_to ON transfers USING btree (from_account, to_account);
--- index on a lower name
create index persons_name on persons (lower(name) varchar_pattern_ops);
--- index on what is not closed
create index accounts_not_closed on accounts (owner_id) where closed_at is null;
--- index for the newest first
create index if not exists transfers_newest on transfers (booked_on desc, id desc);
--- index that is unique
create unique index persons_email_uidx on persons (email);
--- index on a table that is empty
create index branches_region on branches (region);
--- indexes on three tables
create index a1 on accounts (iban);
create index p1 on persons (name);
create index t1 on transfers (reference);
--- index by a function of the application
select index_of('transfers', 'reference');
--- index and comment
create index transfers_status on transfers (status);
comment on index transfers_status is 'for the queue';
--- index after a rename
alter table transfers rename column status to state;
create index transfers_state on transfers (state);
--- index on a renamed table
alter table persons rename to people;
create index people_email on people (email);
--- unique constraint
alter table accounts add constraint accounts_iban_key unique (iban);
--- unique constraint on an empty table
alter table branches add constraint branches_name_key unique (name);
--- unique constraint is replaced by a wider one
alter table persons add constraint persons_email_key unique (email);
--- when
alter table persons drop constraint persons_email_key;
alter table persons add constraint persons_email_name_key unique (email, name);
--- foreign key
alter table accounts add constraint accounts_owner_fk foreign key (owner_id) references persons (id);
--- foreign key from an empty table
alter table branches add column head_id integer;
alter table branches add constraint branches_head foreign key (head_id) references persons (id);
--- foreign key with an index
alter table transfers add foreign key (from_account) references accounts (id);
create index transfers_from on transfers (from_account);
--- foreign keys, two of them
alter table transfers add foreign key (from_account) references accounts (id), add foreign key (to_account) references accounts (id);
--- foreign key to itself
alter table persons add constraint persons_manager foreign key (manager_id) references persons (id) on delete set null;
--- foreign key is replaced by one that cascades
alter table accounts add constraint accounts_owner_fk foreign key (owner_id) references persons (id);
--- when
alter table accounts drop constraint accounts_owner_fk;
alter table accounts add constraint accounts_owner_fk foreign key (owner_id) references persons (id) on delete cascade;
--- foreign key is replaced by one that cascades, not valid
alter table accounts add constraint accounts_owner_fk foreign key (owner_id) references persons (id);
--- when
alter table accounts drop constraint accounts_owner_fk, add constraint accounts_owner_fk foreign key (owner_id) references persons (id) on delete cascade not valid;
--- column with a foreign key
alter table accounts add column branch_id integer references branches;
--- column with a foreign key and a default
insert into branches values (1, 'main', 'north');
--- when
alter table accounts add column branch_id integer default 1 references branches (id);
--- column, filled, and needed
alter table transfers add column currency text;
update transfers set currency = 'EUR';
alter table transfers alter column currency set not null;
--- column with a default instead
alter table transfers add column currency text not null default 'EUR';
--- column that another row fills
alter table transfers add column owner_id integer;
update transfers t set owner_id = a.owner_id from accounts a where a.id = t.from_account;
--- column of serial
alter table persons add column number serial;
--- column of bigserial that is unique
alter table transfers add column seq bigserial unique;
--- column with a default of the application
alter table persons add column ulid text not null default next_ulid();
--- column with a stable default of the application
alter table persons add column region text not null default home_region();
--- column with a default of now
alter table persons add column seen_at timestamptz not null default now();
--- column with a default of the clock
alter table persons add column seen_at timestamptz default statement_timestamp();
--- column with a default of the time of day
alter table persons add column seen_at text default timeofday();
--- column with a default of jsonb
alter table persons add column settings jsonb not null default '{"theme": "dark"}';
--- column with a default that is computed
alter table accounts add column expires date default (current_date + 365);
--- column with a key of random
alter table accounts add column api_key text default encode(sha256(random()::text::bytea), 'hex');
--- column with a check
alter table accounts add column overdraft numeric check (overdraft >= 0);
--- column with a check and a default
alter table accounts add column grade char(1) default 'A' check (grade in ('A', 'B', 'C'));
--- column that is unique
alter table accounts add column alias text unique;
--- column on an empty table
alter table branches add column code uuid not null default gen_random_uuid() unique;
--- column generated from two
alter table transfers add column searchable text generated always as (coalesce(reference, '') || ' ' || coalesce(meta, '')) stored;
--- check of values
alter table transfers add constraint status_known check (status in ('booked', 'open', 'void'));
--- check of values is replaced
alter table transfers add constraint status_known check (status in ('booked', 'open'));
--- when
alter table transfers drop constraint status_known;
alter table transfers add constraint status_known check (status in ('booked', 'open', 'void'));
--- check of two columns
alter table transfers add check (valid_from < valid_to);
--- check by a pattern
alter table persons add constraint email_form check (email ~ '^e') not valid;
--- not null
alter table persons alter column email set not null;
--- not null of three
alter table transfers alter column booked_on set not null, alter column valid_from set not null, alter column valid_to set not null;
--- not null on an empty table
alter table branches alter column name set not null;
--- not null after a check that another file made
alter table persons add constraint email_there check (email is not null);
--- when
alter table persons alter column email set not null;
--- no overlaps
create extension btree_gist;
--- when
alter table transfers add constraint no_overlap exclude using gist (from_account with =, tstzrange(valid_from, valid_to) with &&);
--- key is replaced
alter table persons drop constraint persons_pkey;
alter table persons add primary key (uid);
--- key gets a second column
alter table transfers drop constraint transfers_pkey;
alter table transfers add constraint transfers_pkey primary key (id, from_account);
--- integer becomes bigint
alter table accounts alter column owner_id type bigint;
--- integer key becomes bigint
alter table accounts alter column id type bigint;
--- bigint becomes integer
alter table persons alter column visits type integer;
--- integer becomes text
alter table accounts alter column owner_id type text;
--- integer becomes boolean
alter table accounts alter column active drop default, alter column active type boolean using active <> 0;
--- integers become bigints in an array
alter table accounts alter column limits type bigint[];
--- text becomes uuid
alter table persons alter column uid type uuid using uid::uuid;
--- text becomes integer
alter table accounts alter column external_ref type integer using external_ref::integer;
--- text becomes jsonb
alter table transfers alter column meta type jsonb using meta::jsonb;
--- text becomes varchar
alter table persons alter column email type varchar;
--- text gets a length
alter table persons alter column email type varchar(320);
--- varchar gets longer
alter table persons alter column name type varchar(200);
--- varchar gets shorter
alter table transfers alter column reference type varchar(70);
--- varchar becomes text
alter table transfers alter column reference type text;
--- varchar becomes text, twice
alter table persons alter column name type text;
alter table transfers alter column status type text, alter column reference type text;
--- varchar becomes text under an index
create index persons_name_idx on persons (name);
--- when
alter table persons alter column name type text;
--- varchar becomes text under a partial index
create index transfers_open on transfers (id) where status = 'open';
--- when
alter table transfers alter column status type text;
--- char becomes text
alter table persons alter column gender type text;
--- char becomes longer
alter table persons alter column gender type char(2);
--- money becomes numeric
alter table accounts alter column balance drop default, alter column balance type numeric(14, 2);
--- numeric becomes wider
alter table transfers alter column amount type numeric(18, 2);
--- numeric becomes narrower
alter table transfers alter column amount type numeric(10, 2);
--- numeric gets a precision
alter table persons alter column points type numeric(10, 2);
--- numeric becomes a double
alter table persons alter column points type double precision;
--- real becomes a double
alter table accounts alter column rate type float8;
--- date becomes a timestamp
alter table accounts alter column opened type timestamp;
--- date becomes a timestamp with time zone
alter table transfers alter column booked_on type timestamptz using booked_on::timestamptz;
--- timestamp with time zone loses the zone
alter table accounts alter column closed_at type timestamp;
--- timestamp gets a precision
alter table accounts alter column closed_at type timestamptz(3);
--- time gets a zone
alter table accounts alter column nightly type timetz;
--- inet becomes text
alter table accounts alter column ip type text using host(ip);
--- varchar becomes an enum
create type account_kind as enum ('giro', 'savings');
alter table accounts alter column kind drop default;
alter table accounts alter column kind type account_kind using kind::account_kind;
alter table accounts alter column kind set default 'giro';
--- type as it is
alter table persons alter column email type text;
--- type of a table without rows
alter table branches alter column id type bigint, alter column region type varchar(20);
--- default and drop
alter table accounts alter column kind drop default;
--- columns are dropped
alter table accounts drop column note, drop column nightly;
--- table is dropped
drop table branches;
--- table is dropped that others refer to
alter table accounts add column branch_id integer references branches;
--- when
drop table branches cascade;
--- table with two foreign keys
create table mandates (id bigint generated always as identity primary key, account_id integer not null references accounts, person_id integer not null references persons, unique (account_id, person_id));
create index on mandates (person_id);
--- table from a select with an index
create table big_transfers as select * from transfers where amount > 100;
create index on big_transfers (booked_on);
--- rows are corrected
update transfers set status = 'void' where amount = 0;
--- rows are deleted
delete from transfers where booked_on < date '2001-01-01';
--- rows are corrected before a check
update transfers set status = 'void' where status is null;
alter table transfers add constraint status_there check (status is not null);
--- rows are deleted after a column
alter table transfers drop column meta;
delete from transfers where amount < 0;
--- rows are counted after a column
alter table persons add column accounts_count integer not null default 0;
update persons p set accounts_count = (select count(*) from accounts a where a.owner_id = p.id);
--- unlogged becomes logged
create unlogged table imports (id bigint primary key, line text);
insert into imports select g, 'l' from generate_series(1, 300) g;
--- when
alter table imports set logged;
--- view and grant
create view rich as select id, name from persons where points > 400;
grant select on rich to app_reader;
--- trigger for updated_at
alter table persons add column updated_at timestamptz default now();
create function touch() returns trigger language plpgsql as $$ begin new.updated_at = now(); return new; end $$;
create trigger persons_touch before update on persons for each row execute function touch();
