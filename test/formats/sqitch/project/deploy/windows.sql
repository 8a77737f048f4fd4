-- Deploy shop:windows to pg
\set line first
\echo :line
BEGIN;
INSERT INTO shop.log VALUES (:'line');
COMMIT;
