set search_path = pg_catalog, public;
create function public.answer() returns int language sql
begin atomic
  select 42;
end;
