-- Deploy shop:count_items to pg
BEGIN;
CREATE OR REPLACE FUNCTION shop.count_items() RETURNS bigint
BEGIN ATOMIC
  select count(*) from shop.items where status = 'new';
END;
COMMIT;
