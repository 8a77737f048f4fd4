--! Previous: sha1:2eec86f8108b4e39f57fc17d4df5279bf6f83e57
--! Hash: sha1:ce1df018779a3242a45aad24e830b00889cbe6ff

--! split: 0001-type.sql
create type app.status as enum ('new', 'open');

--! split: 0002-column.sql
alter table app.accounts add column status app.status not null default 'new';
