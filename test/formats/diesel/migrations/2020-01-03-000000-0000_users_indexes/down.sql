drop index concurrently users_name;
drop index concurrently users_changed_at;
