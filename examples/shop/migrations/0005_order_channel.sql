-- Needs ACCESS EXCLUSIVE on a busy table for an instant. Nothing is rewritten: the default is a
-- constant, and `total_cents` begins as null.
alter table orders
  add column channel text not null default 'web',
  add column total_cents bigint;
