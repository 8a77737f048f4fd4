-- +migrate Up
-- +migrate StatementBegin
do $$ begin
  insert into accounts (email) values ('ann@example.com');
end; $$
-- +migrate StatementEnd
-- +migrate Down
