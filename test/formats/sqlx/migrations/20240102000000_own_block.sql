BEGIN;
ALTER TABLE orders ADD COLUMN placed date;
COMMIT;
UPDATE orders SET placed = '2026-01-01';
