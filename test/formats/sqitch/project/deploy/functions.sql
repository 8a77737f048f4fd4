-- Deploy shop:functions to pg
BEGIN;
\i sql/greet.sql
\ir ../sql/shout.sql
COMMIT;
