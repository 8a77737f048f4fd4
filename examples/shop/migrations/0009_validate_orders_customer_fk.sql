alter table orders validate constraint orders_customer_fk;
