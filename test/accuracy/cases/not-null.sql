SET NOT NULL, and what proves it.

--- setup
create table people (id bigint primary key, email text, phone text, age integer, city text not null);
insert into people select g, 'e' || g, 'p' || g, g, 'c' from generate_series(1, 300) g;

--- nothing proves it
alter table people alter column email set not null;
--- column is not null already
alter table people alter column city set not null;
--- column of the primary key
alter table people alter column id set not null;
--- exact check
alter table people add constraint email_there check (email is not null);
--- when
alter table people alter column email set not null;
--- exact check that is not valid
alter table people add constraint email_there check (email is not null) not valid;
--- when
alter table people alter column email set not null;
--- exact check that was validated later
alter table people add constraint email_there check (email is not null) not valid;
alter table people validate constraint email_there;
--- when
alter table people alter column email set not null;
--- exact check and its end in one statement
alter table people add constraint email_there check (email is not null) not valid;
alter table people validate constraint email_there;
--- when
alter table people alter column email set not null, drop constraint email_there;
--- exact check and its end in two statements
alter table people add constraint email_there check (email is not null) not valid;
alter table people validate constraint email_there;
--- when
alter table people alter column email set not null;
alter table people drop constraint email_there;
--- check was dropped before
alter table people add constraint email_there check (email is not null);
--- when
alter table people drop constraint email_there;
alter table people alter column email set not null;
--- conjunction
alter table people add check (email is not null and phone is not null);
--- when
alter table people alter column email set not null;
--- conjunction with something else
alter table people add check (age > 0 and email is not null);
--- when
alter table people alter column email set not null;
--- disjunction
alter table people add check (email is not null or phone is not null);
--- when
alter table people alter column email set not null;
--- other column
alter table people add check (phone is not null);
--- when
alter table people alter column email set not null;
--- length of the column
alter table people add check (length(email) > 0);
--- when
alter table people alter column email set not null;
--- comparison of the column
alter table people add check (age > 0);
--- when
alter table people alter column age set not null;
--- NOT of IS NULL
alter table people add check (not (email is null));
--- when
alter table people alter column email set not null;
--- coalesce
alter table people add check (coalesce(email, '') <> '');
--- when
alter table people alter column email set not null;
--- two columns, both proven
alter table people add check (email is not null), add check (phone is not null);
--- when
alter table people alter column email set not null, alter column phone set not null;
--- two columns, one proven
alter table people add check (email is not null);
--- when
alter table people alter column email set not null, alter column phone set not null;
--- check is added in the same statement
alter table people add constraint email_there check (email is not null), alter column email set not null;
--- check not valid, validate and set in one file
alter table people add constraint email_there check (email is not null) not valid;
alter table people validate constraint email_there;
alter table people alter column email set not null;
--- check not valid alone
alter table people add constraint email_there check (email is not null) not valid;
--- validate alone
alter table people add constraint email_there check (email is not null) not valid;
--- when
alter table people validate constraint email_there;
--- validate and drop together
alter table people add constraint email_there check (email is not null) not valid;
--- when
alter table people validate constraint email_there, alter column phone drop not null;
--- check under another name of the column
alter table people add constraint email_there check (email is not null);
alter table people rename column email to mail;
--- when
alter table people alter column mail set not null;
--- check of a constant column made by a rename
alter table people add constraint email_there check (email is not null);
--- when
alter table people rename column email to mail;
alter table people alter column mail set not null;
--- named not null, valid
alter table people add constraint email_nn not null email;
--- named not null, not valid
alter table people add constraint email_nn not null email not valid;
--- named not null, validated
alter table people add constraint email_nn not null email not valid;
--- when
alter table people validate constraint email_nn;
--- set not null over a not null that is not valid
alter table people add constraint email_nn not null email not valid;
--- when
alter table people alter column email set not null;
--- named not null with a proof
alter table people add check (email is not null);
--- when
alter table people add constraint email_nn not null email;
--- check that is not enforced
alter table people add constraint email_there check (email is not null) not enforced;
--- when
alter table people alter column email set not null;
--- drop not null
alter table people alter column city drop not null;
--- set not null with a default
alter table people alter column email set default '', alter column email set not null;
--- backfilled in the same file
update people set email = '' where email is null;
alter table people alter column email set not null;
--- NO INHERIT check
alter table people add check (email is not null) no inherit;
--- when
alter table people alter column email set not null;
--- with a child, check inherited
create table staff () inherits (people);
insert into staff select g, 'e', 'p', g, 'c' from generate_series(1000, 1200) g;
alter table people add check (email is not null);
--- when
alter table people alter column email set not null;
--- with a child, only the child is proven
create table staff () inherits (people);
insert into staff select g, 'e', 'p', g, 'c' from generate_series(1000, 1200) g;
alter table staff add check (email is not null);
--- when
alter table people alter column email set not null;
--- partitioned, nothing proves it
create table hits (id bigint, at date not null, path text) partition by range (at);
create table hits_2024 partition of hits for values from ('2024-01-01') to ('2025-01-01');
insert into hits select g, '2024-02-02', 'p' from generate_series(1, 300) g;
--- when
alter table hits alter column path set not null;
--- partitioned, proven on the parent
create table hits (id bigint, at date not null, path text) partition by range (at);
create table hits_2024 partition of hits for values from ('2024-01-01') to ('2025-01-01');
insert into hits select g, '2024-02-02', 'p' from generate_series(1, 300) g;
alter table hits add check (path is not null);
--- when
alter table hits alter column path set not null;
--- partition has it already
create table hits (id bigint, at date not null, path text) partition by range (at);
create table hits_2024 partition of hits for values from ('2024-01-01') to ('2025-01-01');
insert into hits select g, '2024-02-02', 'p' from generate_series(1, 300) g;
alter table hits_2024 alter column path set not null;
--- when
alter table hits alter column path set not null;
--- Rails
ALTER TABLE "people" ALTER COLUMN "email" SET NOT NULL;
--- Django with its default
ALTER TABLE "people" ADD COLUMN "bio" text DEFAULT '' NOT NULL;
ALTER TABLE "people" ALTER COLUMN "bio" DROP DEFAULT;
--- Django with a backfill
ALTER TABLE "people" ALTER COLUMN "email" SET DEFAULT '';
UPDATE "people" SET "email" = '' WHERE "email" IS NULL; SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "people" ALTER COLUMN "email" SET NOT NULL;
ALTER TABLE "people" ALTER COLUMN "email" DROP DEFAULT;
--- added column becomes not null in the same file
alter table people add column nick text;
update people set nick = email;
alter table people alter column nick set not null;
--- table of another schema with the same name is proven
create schema archive;
create table archive.people (id bigint, email text);
alter table archive.people add check (email is not null);
--- when
alter table public.people alter column email set not null;
