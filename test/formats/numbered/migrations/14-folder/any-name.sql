select set_config('search_path', '', false);
insert into public.customers values (2, 'Ann');
