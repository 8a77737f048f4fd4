create type product_status as enum ('draft', 'live');
alter table products add column status product_status not null default 'draft';
