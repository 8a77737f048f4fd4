Files of several statements, where a lock of one is held while the next one works; and data.

--- setup
create table users (id bigint primary key, email text, name text, state text, team_id bigint, "createdAt" timestamp(3) default now());
insert into users select g, 'e' || g, 'n' || g, 's', g from generate_series(1, 300) g;
create table teams (id bigint primary key, name text, size integer);
insert into teams select g, 't' || g, g from generate_series(1, 300) g;
create materialized view team_names as select id, name from teams;

--- insert
insert into teams values (1000, 'new', 1);
--- insert on conflict
insert into teams (id, name) values (1, 'x') on conflict (id) do update set name = excluded.name;
--- insert of many
insert into teams select id + 10000, name, 1 from users;
--- update of one
update users set state = 'x' where id = 1;
--- update of all
update users set state = 'active';
--- delete
delete from users where state = 'gone';
--- delete of all
delete from teams;
--- merge
merge into teams t using users u on t.id = u.team_id when matched then update set name = u.name;
--- select for update
select * from users where id = 1 for update;
--- column and its constant backfill
alter table users add column score integer;
update users set score = 0 where score is null;
--- column, backfill and not null
alter table users add column score integer;
update users set score = 0;
alter table users alter column score set not null;
--- column, backfill and check
alter table users add column score integer;
update users set score = 0;
alter table users add constraint scored check (score >= 0) not valid;
--- harmless changes of two tables
alter table users add column note text;
alter table teams add column note text;
alter table users alter column state set default 'new';
--- harmless change, then an index on another table
alter table users add column note text;
create index on teams (name);
--- rename, then a check under the new name
alter table users rename column email to mail;
alter table users add constraint mail_there check (mail is not null);
--- rename, then a proven not null
alter table users add constraint email_there check (email is not null);
--- when
alter table users rename to people;
alter table people alter column email set not null;
--- check, then not null that it proves
alter table users add constraint email_there check (email is not null) not valid;
--- when
alter table users validate constraint email_there;
alter table users alter column email set not null;
alter table users drop constraint email_there;
--- not null on PostgreSQL 18
alter table users add constraint users_email_nn not null email not valid;
--- when
alter table users validate constraint users_email_nn;
--- not null by both steps in one file
alter table users add constraint users_email_nn not null email not valid;
alter table users validate constraint users_email_nn;
--- validate twice, second under a lock
alter table users add constraint a check (id > 0) not valid;
alter table teams add constraint b check (id > 0) not valid;
--- when
alter table users validate constraint a;
alter table teams validate constraint b;
--- validate, then a lock
alter table users add constraint a check (id > 0) not valid;
--- when
alter table users validate constraint a;
alter table users add column note text;
--- lock by an explicit LOCK TABLE, then validate
alter table users add constraint a check (id > 0) not valid;
--- when
lock table users in share row exclusive mode;
alter table users validate constraint a;
--- weak LOCK TABLE, then validate
alter table users add constraint a check (id > 0) not valid;
--- when
lock table users in share update exclusive mode;
alter table users validate constraint a;
--- lock of one that the foreign key reads
alter table users add constraint f foreign key (team_id) references teams not valid;
--- when
lock table teams in exclusive mode;
alter table users validate constraint f;
--- explicit transaction
begin;
alter table users add column note text;
create index on users (note);
commit;
--- explicit harmless transaction
begin;
set local lock_timeout = '1s';
alter table users add column note text;
comment on column users.note is 'x';
commit;
--- statement mode with a validation
-- lockstep:transaction statement
alter table users add column note text;
alter table teams add column note text;
--- index, then its constraint
create unique index users_email_key on users (email);
alter table users add constraint users_email_key unique using index users_email_key;
--- constraint by an index of the history
create unique index users_email_idx on users (email);
--- when
set local lock_timeout = '1s';
alter table users add constraint users_email_key unique using index users_email_idx;
--- column swap
alter table users add column email_new varchar(320);
--- when
alter table users rename column email to email_old;
alter table users rename column email_new to email;
--- dropped column is added again
alter table users drop column state;
alter table users add column state text not null default 'x';
--- dropped column is added again with a volatile default
alter table users drop column state;
alter table users add column state text not null default random()::text;
--- dropped column is added again as serial
alter table users drop column team_id;
alter table users add column team_id serial;
--- trigger and function
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before update on users for each row execute function touch();
alter table users enable row level security;
--- view around a changed type
create view names as select name from users;
--- when
drop view names;
alter table users alter column name type varchar(100);
create view names as select name from users;
--- materialized view around a renamed column
drop materialized view team_names;
alter table teams rename column name to title;
create materialized view team_names as select id, title from teams;
--- Prisma makes a column required
/*
  Warnings:

  - Made the column `email` on table `users` required. This step will fail if there are existing NULL values in that column.

*/
-- AlterTable
ALTER TABLE "users" ALTER COLUMN "email" SET NOT NULL;
--- Prisma adds and drops
-- AlterTable
ALTER TABLE "users" DROP COLUMN "state",
ADD COLUMN     "active" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "lastSeen" TIMESTAMP(3);
--- Prisma renames by hand
-- AlterTable
ALTER TABLE "users" RENAME COLUMN "name" TO "fullName";
ALTER TABLE "users" RENAME CONSTRAINT "users_pkey" TO "users_pk";
--- Prisma changes the primary key
-- AlterTable
ALTER TABLE "users" DROP CONSTRAINT "users_pkey",
ALTER COLUMN "id" SET DATA TYPE INTEGER,
ADD CONSTRAINT "users_pkey" PRIMARY KEY ("id");
--- Prisma default that the database makes
-- AlterTable
ALTER TABLE "users" ADD COLUMN     "publicId" UUID NOT NULL DEFAULT gen_random_uuid();
-- CreateIndex
CREATE UNIQUE INDEX "users_publicId_key" ON "users"("publicId");
--- Prisma updatedAt
-- AlterTable
ALTER TABLE "users" ADD COLUMN     "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
--- Rails timestamps
ALTER TABLE "users" ADD "created_at" timestamp(6) DEFAULT CURRENT_TIMESTAMP NOT NULL;
ALTER TABLE "users" ADD "updated_at" timestamp(6) DEFAULT CURRENT_TIMESTAMP NOT NULL;
--- Rails column with a comment
ALTER TABLE "users" ADD "locale" character varying DEFAULT 'en' NOT NULL;
COMMENT ON COLUMN "users"."locale" IS 'of mails';
--- Rails changes a default
ALTER TABLE "users" ALTER COLUMN "state" SET DEFAULT 'new';
--- Rails changes null
UPDATE "users" SET "state"='new' WHERE "state" IS NULL;
ALTER TABLE "users" ALTER COLUMN "state" SET NOT NULL;
--- Rails removes a column
ALTER TABLE "users" DROP COLUMN "state";
--- Rails renames a table
ALTER TABLE "teams" RENAME TO "groups";
ALTER TABLE "teams_pkey" RENAME TO "groups_pkey";
--- Rails drops a table
DROP TABLE "teams" CASCADE;
--- Rails extension
CREATE EXTENSION IF NOT EXISTS "plpgsql" SCHEMA pg_catalog;
--- Rails uuid column
ALTER TABLE "users" ADD "uuid" uuid DEFAULT gen_random_uuid() NOT NULL;
--- Django removes a field
ALTER TABLE "users" DROP COLUMN "state" CASCADE;
--- Django boolean
ALTER TABLE "users" ADD COLUMN "is_staff" boolean DEFAULT false NOT NULL;
ALTER TABLE "users" ALTER COLUMN "is_staff" DROP DEFAULT;
--- Django one to one
ALTER TABLE "users" ADD COLUMN "boss_id" bigint NULL UNIQUE CONSTRAINT "users_boss_fk" REFERENCES "users"("id") DEFERRABLE INITIALLY DEFERRED;
--- Django unique field
ALTER TABLE "users" ADD CONSTRAINT "users_email_1_uniq" UNIQUE ("email");
CREATE INDEX "users_email_1_like" ON "users" ("email" text_pattern_ops);
--- Django rename
ALTER TABLE "users" RENAME COLUMN "name" TO "full_name";
--- Django db_comment
COMMENT ON COLUMN "users"."name" IS 'Full name';
--- Drizzle adds columns
ALTER TABLE "users" ADD COLUMN "bio" text;
ALTER TABLE "users" ADD COLUMN "role" text DEFAULT 'member' NOT NULL;
--- Drizzle not null
ALTER TABLE "users" ALTER COLUMN "email" SET NOT NULL;
--- Drizzle serial
ALTER TABLE "users" ADD COLUMN "seq" serial NOT NULL;
--- Flyway with several
ALTER TABLE users ADD COLUMN IF NOT EXISTS phone VARCHAR(20);
ALTER TABLE users ADD COLUMN IF NOT EXISTS verified BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX IF NOT EXISTS idx_users_phone ON users (phone);
--- Flyway without the index
ALTER TABLE users ADD COLUMN IF NOT EXISTS phone VARCHAR(20);
ALTER TABLE users ADD COLUMN IF NOT EXISTS verified BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE users SET verified = TRUE WHERE email IS NOT NULL;
--- Knex
alter table "users" add column "nick" varchar(255) null;
alter table "users" add constraint "users_nick_unique" unique ("nick");
--- TypeORM
ALTER TABLE "users" ADD "deletedAt" TIMESTAMP WITH TIME ZONE;
ALTER TABLE "users" ALTER COLUMN "name" DROP NOT NULL;
--- TypeORM retypes by drop and add
ALTER TABLE "users" DROP COLUMN "name";
ALTER TABLE "users" ADD "name" character varying(50) NOT NULL DEFAULT '';
--- Liquibase
ALTER TABLE public.users ADD age INTEGER;
ALTER TABLE public.users ALTER COLUMN age SET DEFAULT 18;
--- Sqitch
BEGIN;
ALTER TABLE users ADD COLUMN age integer;
COMMENT ON COLUMN users.age IS 'in years';
COMMIT;
--- vacuum after a migration
alter table users drop column state;
vacuum users;
--- vacuum full after a migration
alter table users drop column state;
vacuum full users;
--- analyze afterwards
create index concurrently users_state on users (state);
analyze users;
--- notify and advisory lock
select pg_advisory_xact_lock(1);
alter table users add column note text;
notify users_changed;
--- DO block with a harmless change
do $$ begin
  alter table users add column note text;
exception when duplicate_column then null;
end $$;
--- DO block with data
do $$
declare r record;
begin
  for r in select id from teams loop
    update users set state = 'x' where team_id = r.id;
  end loop;
end $$;
--- DO block with a type change
do $$ begin
  if exists (select from information_schema.columns where table_name = 'teams' and column_name = 'size') then
    alter table teams alter column size type bigint;
  end if;
end $$;
--- DO block whose condition is false
do $$ begin
  if false then
    alter table teams alter column size type bigint;
  end if;
end $$;
