{{ template "shared/touch_function.sql" . }}

create trigger touch before update on products
  for each row execute function {{.prefix}}_touch();

---- create above / drop below ----

drop trigger touch on products;
drop function {{.prefix}}_touch();
