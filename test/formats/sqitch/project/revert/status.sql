ALTER TABLE shop.items DROP COLUMN status;
DROP TYPE shop.status;
