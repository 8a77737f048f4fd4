-- Deploy shop:motto to pg
\set who 'the ' "house" -- :shop_schema
\set sign :motto
BEGIN;
COMMENT ON SCHEMA :"shop_schema" IS :'motto';
CREATE TABLE :"shop_schema".mottos (said text, by text, path text);
INSERT INTO :"shop_schema".mottos VALUES (:'sign', :'who', :'registry'), ('\:motto', $$:motto$$, E'\'');
COMMIT;
