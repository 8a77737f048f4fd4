-- +migrate Up
alter table accounts add column touched integer not null default 0;
-- +migrate StatementBegin
create function touch() returns trigger language plpgsql as $$
begin
    -- counts; once
    new.touched := old.touched + 1;
    return new;
end;
$$
-- +migrate StatementEnd
create trigger touch before update on accounts for each row execute function touch();

-- +migrate Down
-- +migrate StatementBegin
drop trigger touch on accounts;
drop function touch()
-- +migrate StatementEnd
alter table accounts drop column touched;
