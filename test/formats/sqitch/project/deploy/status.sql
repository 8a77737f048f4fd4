-- Deploy shop:status to pg
CREATE TYPE shop.status AS ENUM ('new');
ALTER TABLE shop.items ADD COLUMN status shop.status NOT NULL DEFAULT 'new';
ALTER TYPE shop.status ADD VALUE 'sold';
UPDATE shop.items SET status = 'sold' WHERE id = 2;
