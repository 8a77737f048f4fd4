create type stock_state as enum ('in_stock', 'sold_out');
alter table products add column state stock_state not null default 'in_stock';
