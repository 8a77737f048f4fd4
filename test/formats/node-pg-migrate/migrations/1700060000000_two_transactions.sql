-- Up Migration
begin;
create table audit_entries (id bigint generated always as identity, note text);
insert into audit_entries (note) values ('one');
commit;
create index concurrently audit_entries_note on audit_entries (note);
create index concurrently audit_entries_id on audit_entries (id);
begin;
insert into audit_entries (note) values ('two');
commit;
-- Down Migration
drop table audit_entries;
