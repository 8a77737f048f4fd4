CREATE TYPE mood AS ENUM ('calm');
ALTER TABLE networks ADD COLUMN mood mood NOT NULL DEFAULT 'calm';
