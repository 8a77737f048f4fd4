drop function manage_changed_at(regclass);
drop function set_changed_at();
