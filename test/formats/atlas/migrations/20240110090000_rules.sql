create function total_cents() returns bigint language sql
begin atomic
  select sum(price_cents) from products;
end;
create rule no_delete as on delete to categories do instead (select 1; select 2);
