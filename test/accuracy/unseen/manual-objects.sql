ALTER TYPE, ALTER DOMAIN, ALTER SEQUENCE, views, triggers, policies, and the rest of the reference.

--- setup
create type ticket_state as enum ('open', 'waiting', 'closed');
create type geo as (lat double precision, lon double precision);
create domain percent as numeric(5, 2);
create domain email as text check (value like '%@%');
create table tickets (id bigint primary key, state ticket_state not null default 'open', place geo, discount percent, contact email, opened_at timestamptz not null default now(), assignee text);
insert into tickets select g, 'open', (1, 2)::geo, 5, 'a@b', now(), 'x' from generate_series(1, 500) g;
create sequence invoice_numbers;
create view open_tickets as select id, contact from tickets where state = 'open';
create materialized view ticket_counts as select state, count(*) as n from tickets group by state;
create unique index ticket_counts_state on ticket_counts (state);
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before update on tickets for each row execute function touch();
create policy mine on tickets for select using (assignee = current_user);

--- a value is added to an enum
alter type ticket_state add value 'spam';
--- a value is added to an enum before another, if it is not there
alter type ticket_state add value if not exists 'new' before 'open';
--- a value of an enum is renamed
alter type ticket_state rename value 'waiting' to 'pending';
--- an enum is renamed
alter type ticket_state rename to ticket_status;
--- an enum is replaced
alter type ticket_state rename to ticket_state_old;
create type ticket_state as enum ('open', 'waiting', 'closed', 'spam');
alter table tickets alter column state drop default;
alter table tickets alter column state type ticket_state using state::text::ticket_state;
alter table tickets alter column state set default 'open';
drop type ticket_state_old;
--- an enum is replaced, when no view needs it
drop view open_tickets;
drop materialized view ticket_counts;
--- when
alter type ticket_state rename to ticket_state_old;
create type ticket_state as enum ('open', 'waiting', 'closed', 'spam');
alter table tickets alter column state drop default;
alter table tickets alter column state type ticket_state using state::text::ticket_state;
alter table tickets alter column state set default 'open';
drop type ticket_state_old;
--- an attribute is added to a type
create type size as (w integer, h integer);
--- when
alter type size add attribute d integer;
--- an attribute of a type that a table has
alter type geo add attribute alt double precision cascade;
--- an attribute is renamed
alter type geo rename attribute lon to lng;
--- an attribute of a typed table
create type device_row as (id integer, name text);
create table devices of device_row;
insert into devices select g, 'd' from generate_series(1, 300) g;
--- when
alter type device_row alter attribute id type bigint cascade;
--- an attribute is added to a typed table
create type device_row as (id integer, name text);
create table devices of device_row;
insert into devices select g, 'd' from generate_series(1, 300) g;
--- when
alter type device_row add attribute vendor text cascade;
--- the owner of a type
alter type ticket_state owner to app_owner;
--- the schema of a type
create schema kinds;
alter type geo set schema kinds;
--- a type is dropped with its columns
drop type geo cascade;
--- a domain gets a constraint
alter domain percent add constraint percent_range check (value between 0 and 100);
--- a domain gets a constraint that is not valid
alter domain percent add constraint percent_range check (value between 0 and 100) not valid;
--- the constraint of a domain is validated
alter domain percent add constraint percent_range check (value between 0 and 100) not valid;
--- when
alter domain percent validate constraint percent_range;
--- a domain is not null
alter domain percent set not null;
--- a domain may be null
alter domain percent drop not null;
--- a domain has a default
alter domain email set default 'nobody@example.org';
--- a domain loses its constraint
alter domain email drop constraint email_check;
--- a domain that no table has gets a constraint
create domain zip as text;
--- when
alter domain zip add check (length(value) = 5);
--- a new domain for a new column
create domain iban as text check (length(value) < 35);
alter table tickets add column refund_to iban;
--- a new domain without a check for a new column
create domain nickname as varchar(40);
alter table tickets add column shown_as nickname;
--- a column takes a domain without a check
create domain handle as text;
alter table tickets add column nick text;
--- when
alter table tickets alter column nick type handle;
--- a column takes a domain with a check
create domain handle as text check (length(value) < 40);
alter table tickets add column nick text;
--- when
alter table tickets alter column nick type handle;
--- a sequence
alter sequence invoice_numbers increment by 10 cache 20 restart with 5000;
--- a sequence is owned
alter sequence invoice_numbers owned by tickets.id;
--- a sequence has another type
alter sequence if exists invoice_numbers as integer maxvalue 2000000;
--- a sequence is unlogged
alter sequence invoice_numbers set unlogged;
--- a sequence is dropped
drop sequence invoice_numbers;
--- a view is replaced
create or replace view open_tickets as select id, contact, assignee from tickets where state <> 'closed';
--- a view is dropped and made
drop view open_tickets;
create view open_tickets with (security_barrier) as select id, assignee from tickets;
--- a view has another default
alter view open_tickets alter column contact set default 'x@y';
--- a view checks as its invoker
alter view open_tickets set (security_invoker = true);
--- a view and its column are renamed
alter view open_tickets rename column contact to email;
alter view open_tickets rename to tickets_open;
--- a view of a column whose type changes
alter table tickets alter column contact type varchar(200);
--- a view stands aside while a type changes
drop view open_tickets;
alter table tickets alter column contact type varchar(200);
create view open_tickets as select id, contact from tickets;
--- a materialized view
create materialized view by_assignee as select assignee, count(*) from tickets group by 1;
--- a materialized view is refreshed
refresh materialized view ticket_counts;
--- a materialized view is refreshed concurrently
refresh materialized view concurrently ticket_counts;
--- a materialized view moves
alter materialized view ticket_counts set tablespace archive;
--- a materialized view is renamed
alter materialized view ticket_counts rename to tickets_by_state;
--- a materialized view has a column renamed
alter materialized view ticket_counts rename column n to tickets;
--- a materialized view is clustered on an index
alter materialized view ticket_counts cluster on ticket_counts_state;
--- a materialized view is dropped
drop materialized view if exists ticket_counts;
--- a trigger
create trigger tickets_audit after insert or update or delete on tickets for each row execute function touch();
--- a trigger for statements with transition tables
create trigger tickets_bulk after update on tickets referencing old table as o new table as n for each statement execute function touch();
--- a trigger is replaced
create or replace trigger touch before update of state on tickets for each row when (old.state is distinct from new.state) execute function touch();
--- a constraint trigger
create constraint trigger tickets_later after insert on tickets deferrable initially deferred for each row execute function touch();
--- a trigger is renamed
alter trigger touch on tickets rename to tickets_touch;
--- a trigger is dropped
drop trigger if exists touch on tickets;
--- a trigger stops while rows change
alter table tickets disable trigger touch;
update tickets set assignee = 'nobody' where assignee is null;
alter table tickets enable trigger touch;
--- a policy
create policy theirs on tickets as restrictive for update to app_reader using (true) with check (assignee is not null);
--- a policy is altered
alter policy mine on tickets to app_reader using (assignee = 'me');
--- a policy is renamed
alter policy mine on tickets rename to own_tickets;
--- a policy is dropped
drop policy mine on tickets;
--- row level security with its policies
alter table tickets enable row level security;
create policy a on tickets using (true);
create policy b on tickets for delete using (assignee = current_user);
--- a function
create or replace function touch() returns trigger language plpgsql as 'begin new.opened_at := now(); return new; end';
--- a function is dropped with its triggers
drop function touch() cascade;
--- a procedure
create procedure close_old() language sql as 'update tickets set state = ''closed''';
--- a rule
create rule tickets_log as on update to tickets do also notify tickets;
--- a rule is dropped
create rule tickets_log as on update to tickets do also notify tickets;
--- when
drop rule tickets_log on tickets;
--- statistics
create statistics tickets_both (dependencies, ndistinct) on state, assignee from tickets;
--- statistics of expressions
create statistics tickets_expression on lower(assignee), state from tickets;
--- the target of statistics
create statistics tickets_both on state, assignee from tickets;
--- when
alter statistics tickets_both set statistics 300;
--- statistics are dropped
create statistics tickets_both on state, assignee from tickets;
--- when
drop statistics tickets_both;
--- a publication of a table
create publication changes for table tickets (id, state) where (id > 10);
--- a publication of all tables
create publication everything for all tables;
--- a table is added to a publication
create publication changes;
--- when
alter publication changes add table tickets;
--- a publication is dropped
create publication changes for table tickets;
--- when
drop publication changes;
--- a subscription that does not connect
create subscription from_there connection 'dbname=nowhere' publication changes with (connect = false);
--- comments
comment on table tickets is 'what customers ask';
comment on column tickets.assignee is 'login';
comment on index tickets_pkey is 'key';
comment on constraint tickets_pkey on tickets is 'key';
comment on type ticket_state is 'where it stands';
--- grants
grant select, insert, update on tickets to app_reader;
grant usage on sequence invoice_numbers to app_reader;
grant update (state) on tickets to app_owner with grant option;
--- grants on everything
grant select on all tables in schema public to app_reader;
alter default privileges in schema public grant select on tables to app_reader;
--- revokes
revoke all on tickets from public;
--- a security label is nobody's
security label on table tickets is null;
--- a schema
create schema if not exists billing authorization app_owner;
--- a schema is renamed
alter schema public rename to legacy;
--- a schema is dropped with its tables
create schema attic;
create table attic.old_tickets (id bigint primary key);
insert into attic.old_tickets select generate_series(1, 300);
--- when
drop schema attic cascade;
--- an extension
create extension if not exists pgcrypto;
--- an extension is dropped with a column's type
create extension citext;
alter table tickets add column nick citext;
--- when
drop extension citext cascade;
--- an operator and a cast
create cast (text as ticket_state) with inout as assignment;
--- a collation
create collation german (provider = icu, locale = 'de-DE');
--- an aggregate
create aggregate total (numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
--- a text search configuration
create text search configuration simple_english (copy = english);
--- owned objects change hands
reassign owned by app_owner to app_reader;
--- an event trigger
create function note() returns event_trigger language plpgsql as 'begin end';
create event trigger note_ddl on ddl_command_end execute function note();
