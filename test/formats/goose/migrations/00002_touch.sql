-- +goose up
alter table customers add column touched_at timestamptz;

-- +goose statementbegin
create function touch() returns trigger language plpgsql as $body$
begin
    -- It's a comment; with a semicolon.
    new.touched_at := coalesce(new.touched_at, '2024-01-01 00:00:00+00'::timestamptz);
    return new;
end;
$body$
-- +goose statementend
-- +goose StatementBegin
create trigger touch before insert or update on customers
    for each row execute function touch() -- no semicolon here either
-- +goose StatementEnd
insert into customers (name) values ('Ann');

-- +goose down
drop trigger touch on customers;
drop function touch();
alter table customers drop column touched_at;
