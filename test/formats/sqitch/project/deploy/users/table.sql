-- Deploy shop:users/table to pg
-- requires: appschema
\set ON_ERROR_STOP 1
\timing off
\pset pager off
BEGIN;

SET client_min_messages = 'warning';

CREATE TABLE :shop_schema.users (
    nickname  text PRIMARY KEY,
    greeting  text NOT NULL DEFAULT 'hello; :shop_schema',
    joined_at timestamptz NOT NULL DEFAULT now()::timestamptz
);

COMMIT;
