-- Reads the view customer_revenue, so it runs after R__customer_revenue.sql whatever the names say.
create or replace function best_customers(how_many integer)
returns table (email text, euros text)
language plpgsql stable
as $body$
declare
  template constant text := $$FM999G999G990D00 "EUR"$$;
begin
  return query
    select r.email, to_char(r.cents / 100.0, template)
    from customer_revenue r
    order by r.cents desc, r.customer_id
    limit how_many;
end
$body$;
