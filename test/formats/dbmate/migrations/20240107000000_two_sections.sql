-- migrate:up
CREATE TABLE tags (id bigserial PRIMARY KEY, name text NOT NULL);
-- migrate:down
DROP TABLE tags;

-- migrate:up
CREATE TABLE order_tags (order_id bigint REFERENCES orders (id), tag_id bigint REFERENCES tags (id));
-- migrate:down
DROP TABLE order_tags;
