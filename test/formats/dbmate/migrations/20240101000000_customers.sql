-- What comes above the marker is a comment.

-- migrate:up
CREATE TABLE customers (id bigserial PRIMARY KEY, name text NOT NULL);

-- migrate:down
DROP TABLE customers;
