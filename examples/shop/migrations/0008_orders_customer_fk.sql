-- NOT VALID: new rows are checked from now on, old ones by 0009, so that no scan of the table
-- happens under a lock that stops writes.
alter table orders
  add constraint orders_customer_fk foreign key (customer_id) references customers (id) not valid;
