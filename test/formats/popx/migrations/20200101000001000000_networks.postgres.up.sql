CREATE TABLE networks (id UUID PRIMARY KEY, name VARCHAR(255) NOT NULL DEFAULT 'Zürich; the "first"');
