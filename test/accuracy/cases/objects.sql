What stands around tables: triggers, policies, rules, views, functions, types, sequences, rights.

--- setup
create table items (id bigint primary key, name text, owner_name text default current_user, price numeric, updated_at timestamptz);
insert into items select g, 'n' || g, 'o', g from generate_series(1, 300) g;
create table labels (id bigserial primary key, item_id bigint references items, text varchar(40));
insert into labels (item_id, text) select g, 'l' || g from generate_series(1, 300) g;
create function touch() returns trigger language plpgsql as 'begin new.updated_at = now(); return new; end';
create trigger items_touch before update on items for each row execute function touch();
create view cheap as select id, name from items where price < 10;
create policy own on items using (owner_name = current_user);
create type color as enum ('red', 'green');
create sequence counter;
create statistics items_stats on name, price from items;

--- trigger
create trigger items_touch_2 before insert on items for each row execute function touch();
--- constraint trigger
create constraint trigger items_later after insert on items deferrable initially deferred for each row execute function touch();
--- or replace trigger
create or replace trigger items_touch before update on items for each row execute function touch();
--- drop trigger
drop trigger items_touch on items;
--- drop trigger if exists
drop trigger if exists not_there on items;
--- rename trigger
alter trigger items_touch on items rename to items_updated;
--- disable trigger
alter table items disable trigger items_touch;
--- enable trigger always
alter table items enable always trigger items_touch;
--- policy
create policy readers on items for select to app_reader using (true);
--- alter policy
alter policy own on items to app_owner;
--- drop policy
drop policy own on items;
--- rule
create rule no_delete as on delete to items do instead nothing;
--- drop rule
create rule no_delete as on delete to items do instead nothing;
--- when
drop rule no_delete on items;
--- view
create view dear as select id, name from items where price > 100;
--- or replace view
create or replace view cheap as select id, name, price from items where price < 5;
--- drop view
drop view cheap;
--- drop view and make it again
drop view if exists cheap;
create view cheap as select id from items where price < 3;
--- alter view
alter view cheap set (security_barrier = true);
--- function
create function total() returns numeric language sql stable as 'select sum(price) from items';
--- or replace function
create or replace function touch() returns trigger language plpgsql as 'begin new.updated_at = clock_timestamp(); return new; end';
--- drop function cascade
drop function touch() cascade;
--- procedure
create procedure clean() language plpgsql as $$ begin delete from labels where item_id is null; end $$;
--- enum
create type shape as enum ('round', 'flat');
--- enum value
alter type color add value 'blue';
--- enum value if not exists
alter type color add value if not exists 'green' before 'red';
--- enum value renamed
alter type color rename value 'red' to 'scarlet';
--- enum renamed
alter type color rename to colour;
--- enum and a column of it
create type shape as enum ('round', 'flat');
alter table items add column shape shape not null default 'round';
--- enum column is replaced as Prisma does
create type status as enum ('a', 'b');
alter table items add column status status not null default 'a';
--- when
-- AlterEnum
BEGIN;
CREATE TYPE "status_new" AS ENUM ('a', 'c');
ALTER TABLE "items" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "items" ALTER COLUMN "status" TYPE "status_new" USING ("status"::text::"status_new");
ALTER TYPE "status" RENAME TO "status_old";
ALTER TYPE "status_new" RENAME TO "status";
DROP TYPE "status_old";
ALTER TABLE "items" ALTER COLUMN "status" SET DEFAULT 'a';
COMMIT;
--- composite type
create type place as (street text, city text);
--- composite attribute
create type place as (street text, city text);
--- when
alter type place add attribute country text;
--- drop type cascade
alter table items add column color color;
--- when
drop type color cascade;
--- sequence
create sequence invoice_no start with 1000;
--- alter sequence
alter sequence counter restart with 500;
--- sequence as an integer
alter sequence counter as integer;
--- sequence owned by
alter sequence counter owned by items.id;
--- setval
select setval('labels_id_seq', (select max(id) from labels));
--- drop sequence
drop sequence counter;
--- schema
create schema reporting;
--- schema if not exists, and it does
create schema if not exists public;
--- drop schema cascade
create schema tmp;
create table tmp.t (a integer);
--- when
drop schema tmp cascade;
--- extension
create extension if not exists plpgsql;
--- comment on a table
comment on table items is 'what is sold';
--- comment on a column
comment on column items.name is 'for people';
--- comment on a constraint
comment on constraint items_pkey on items is 'the key';
--- grant
grant select on items to app_reader;
--- grant on all
grant select, insert on all tables in schema public to app_reader;
--- revoke
revoke all on items from public;
--- default privileges
alter default privileges in schema public grant select on tables to app_reader;
--- statistics
create statistics items_more (dependencies) on name, owner_name from items;
--- alter statistics
alter statistics items_stats set statistics 200;
--- drop statistics
drop statistics items_stats;
--- publication
create publication everything for table items;
--- publication for all
create publication everything for all tables;
--- publication gets a table
create publication chosen for table items;
--- when
alter publication chosen add table labels;
--- aggregate
create aggregate product(numeric) (sfunc = numeric_mul, stype = numeric);
--- operator
create operator === (leftarg = text, rightarg = text, function = texteq);
--- cast
create cast (color as text) with inout;
--- collation
create collation german (provider = icu, locale = 'de-DE');
--- event trigger
create function note_ddl() returns event_trigger language plpgsql as 'begin end';
create event trigger note_ddl on ddl_command_end execute function note_ddl();
--- search path
set search_path to public;
alter table items add column note text;
--- reset all
reset all;
alter table labels drop column text;
--- owner of a function
alter function touch() owner to app_owner;
--- domain
create domain email as text check (value like '%@%');
--- language of a comment only
-- nothing to do here
select 1;
--- supabase style
create table public.profiles (id uuid primary key default gen_random_uuid(), name text);
alter table public.profiles enable row level security;
create policy "Profiles are public." on public.profiles for select using (true);
create trigger profiles_touch before update on public.profiles for each row execute function touch();
