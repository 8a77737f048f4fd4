-- +goose NO TRANSACTION
-- +goose Up
create index concurrently customers_name on customers (name);
create index concurrently customers_note on customers (note);

-- +goose Down
drop index concurrently customers_note;
drop index concurrently customers_name;
