-- +migrate Down
drop view if exists account_names;
-- +migrate Up
create view account_names as select id, email from accounts;
