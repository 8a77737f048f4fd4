export const up = (knex) =>
  knex.raw(`
    create function order_count(customer integer) returns bigint language plpgsql as $$
    begin
      -- a quote ' and a semicolon;
      return (select count(*) from orders where customer_id = customer);
    end
    $$;
    create view paid_orders as select * from orders where status = 'paid';
  `);

export const down = (knex) =>
  knex.raw("drop view paid_orders; drop function order_count(integer);");
