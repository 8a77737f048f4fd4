-- atlas:txtar

-- checks.sql --
-- Something must have been noted; else the trigger never worked.
select count(*) >= 3 as noted, 'a second column' as noted from price_history;

-- checks/products.sql --
-- atlas:assert oneof

select not exists (select 1 from products where price_cents < 0);
with broken as (select 1 where false) select exists (select 1 from broken);

-- checks/destructive.sql --
-- atlas:assert DS102
SELECT $$a;b$$ = 'a;b' AS "is_quoted";

-- migration.sql --
drop trigger note_price on products;
drop table price_history;
-- down.sql --
create table price_history (product_id bigint not null, cents integer not null, changed_at timestamptz not null default now());
create trigger note_price after insert or update of price_cents on products
  for each row execute function note_price();
