
-- liquibase formatted sql

--changeset ann:import
begin;
copy regions (code, name) from stdin;
as	Asia; $${most}$$
na	Nordåmerika
\.
commit;
--ignoreLines:start
this is no sql;
--ignoreLines:end

--changeset ann:no-regions
drop function if exists no_such_function();

--changeset ann:body logicalFilePath:functions.sql
create function regions_count() returns bigint language sql
begin atomic
  select count(*) from regions;
end;
--rollback changesetId:no-regions changesetAuthor:ann
