-- Deploy shop:two_transactions to pg
BEGIN;
CREATE TABLE shop.log (line text);
COMMIT;
BEGIN;
INSERT INTO shop.log VALUES ('second');
COMMIT;
