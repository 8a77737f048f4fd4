BEGIN;
DROP SCHEMA :"shop_schema";
COMMIT;
