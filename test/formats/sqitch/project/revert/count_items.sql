-- Deploy shop:count_items to pg
CREATE OR REPLACE FUNCTION shop.count_items() RETURNS bigint LANGUAGE sql AS 'select count(*) from shop.items';
