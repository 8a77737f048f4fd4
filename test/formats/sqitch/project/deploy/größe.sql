-- Deploy shop:größe to pg
\set größe 'Größe in €'
BEGIN;
ALTER TABLE shop.items ADD COLUMN "größe" text DEFAULT :'größe';
COMMIT;
