CREATE TYPE status AS ENUM ('open', 'paid');
ALTER TABLE orders ADD COLUMN status status NOT NULL DEFAULT 'open';
