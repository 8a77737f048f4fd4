alter table orders
  drop column channel,
  drop column total_cents;
