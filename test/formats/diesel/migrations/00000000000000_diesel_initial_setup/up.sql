-- Helpers for every table; the names are the ones that a setup writes.
create function manage_changed_at(_table regclass) returns void language plpgsql as $$
begin
    execute format('create trigger set_changed_at before update on %s
                    for each row execute procedure set_changed_at()', _table);
end;
$$;

create function set_changed_at() returns trigger language plpgsql as $$
begin
    if (new is distinct from old and new.changed_at is not distinct from old.changed_at) then
        new.changed_at := current_timestamp;
    end if;
    return new;
end;
$$;
