create type order_status as enum ('open', 'paid', 'shipped', 'cancelled');

-- `customer_id` has no foreign key yet: the import of the old shop comes before the customers are
-- cleaned up. See 0008 and 0009.
create table orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null,
  status order_status not null default 'open',
  placed_at timestamptz not null default now()
);

create table order_items (
  order_id bigint not null references orders (id) on delete cascade,
  line smallint not null,
  product_id bigint not null references products (id),
  quantity integer not null check (quantity > 0),
  price_cents bigint not null,
  primary key (order_id, line)
);
