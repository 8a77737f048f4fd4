create index concurrently users_name on users (name);
create index concurrently users_changed_at on users (changed_at);
