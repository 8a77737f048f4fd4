A shop: carts, products, stock, coupons; migrations by hand and from Rails.

--- setup
create type payment_state as enum ('pending', 'paid', 'failed');
create table products (id bigserial primary key, sku varchar(32) not null, title text not null, price_cents integer not null, currency char(3) default 'EUR', attrs json, active boolean default true, created_at timestamp without time zone default now());
insert into products (sku, title, price_cents, attrs) select 'S' || g, 't', g, '{}' from generate_series(1, 400) g;
create table carts (id bigserial primary key, token uuid, customer_email varchar(255), coupon_code text, updated_at timestamptz);
insert into carts (token, customer_email) select gen_random_uuid(), 'e' || g from generate_series(1, 400) g;
create table cart_items (id bigserial primary key, cart_id bigint not null, product_id integer, quantity integer, note varchar(100));
insert into cart_items (cart_id, product_id, quantity) select g, g, 1 from generate_series(1, 400) g;
create index cart_items_cart on cart_items (cart_id);
create table payments (id bigserial primary key, cart_id bigint references carts, state payment_state default 'pending', amount numeric(8, 2), provider text, method varchar(20), paid_at timestamptz);
insert into payments (cart_id, amount, provider, method) select g, g, 'p', 'card' from generate_series(1, 400) g;

--- carts get an owner
ALTER TABLE carts ADD COLUMN customer_id bigint;
--- carts get an owner who must be there
CREATE TABLE customers (id bigserial PRIMARY KEY, email varchar(255) NOT NULL);
ALTER TABLE carts ADD COLUMN customer_id bigint REFERENCES customers (id);
CREATE INDEX index_carts_on_customer_id ON carts (customer_id);
--- carts get an owner, the index follows later
CREATE TABLE customers (id bigserial PRIMARY KEY, email varchar(255) NOT NULL UNIQUE);
ALTER TABLE carts ADD COLUMN customer_id bigint REFERENCES customers (id);
--- products have a brand
CREATE TABLE brands (id serial PRIMARY KEY, name text UNIQUE);
ALTER TABLE products ADD brand_id int, ADD CONSTRAINT fk_products_brand FOREIGN KEY (brand_id) REFERENCES brands (id);
--- items refer to products
ALTER TABLE cart_items ADD CONSTRAINT fk_items_product FOREIGN KEY (product_id) REFERENCES products (id);
--- items refer to products whose key is wider
ALTER TABLE cart_items ALTER COLUMN product_id TYPE bigint;
ALTER TABLE cart_items ADD CONSTRAINT fk_items_product FOREIGN KEY (product_id) REFERENCES products (id) NOT VALID;
--- items refer to carts, in two steps
ALTER TABLE cart_items ADD CONSTRAINT fk_items_cart FOREIGN KEY (cart_id) REFERENCES carts (id) ON DELETE CASCADE NOT VALID;
--- when
ALTER TABLE cart_items VALIDATE CONSTRAINT fk_items_cart;
--- items refer to carts, in two steps of one file
ALTER TABLE cart_items ADD CONSTRAINT fk_items_cart FOREIGN KEY (cart_id) REFERENCES carts (id) NOT VALID;
ALTER TABLE cart_items VALIDATE CONSTRAINT fk_items_cart;
--- a quantity is needed
UPDATE cart_items SET quantity = 1 WHERE quantity IS NULL;
ALTER TABLE cart_items ALTER COLUMN quantity SET NOT NULL;
--- a quantity has a default and is needed
ALTER TABLE cart_items ALTER COLUMN quantity SET DEFAULT 1, ALTER COLUMN quantity SET NOT NULL;
--- a quantity is checked first
ALTER TABLE cart_items ADD CONSTRAINT quantity_there CHECK (quantity IS NOT NULL) NOT VALID;
ALTER TABLE cart_items VALIDATE CONSTRAINT quantity_there;
--- when
ALTER TABLE cart_items ALTER COLUMN quantity SET NOT NULL;
ALTER TABLE cart_items DROP CONSTRAINT quantity_there;
--- a quantity is checked first, in a wider condition
ALTER TABLE cart_items ADD CONSTRAINT quantity_there CHECK (quantity IS NOT NULL AND quantity > 0);
--- when
ALTER TABLE cart_items ALTER COLUMN quantity SET NOT NULL;
--- a quantity above nothing proves little
ALTER TABLE cart_items ADD CONSTRAINT quantity_above CHECK (quantity > 0);
--- when
ALTER TABLE cart_items ALTER COLUMN quantity SET NOT NULL;
--- one item for each product
ALTER TABLE cart_items ADD CONSTRAINT one_line UNIQUE (cart_id, product_id);
--- one item for each product, by an index
CREATE UNIQUE INDEX CONCURRENTLY one_line ON cart_items (cart_id, product_id);
--- one item for each product, at last
CREATE UNIQUE INDEX one_line ON cart_items (cart_id, product_id);
--- when
ALTER TABLE cart_items ADD CONSTRAINT one_line_key UNIQUE USING INDEX one_line;
--- prices in big numbers
ALTER TABLE products ALTER COLUMN price_cents TYPE bigint;
--- prices in numeric
ALTER TABLE products ALTER COLUMN price_cents TYPE numeric(12, 2) USING price_cents / 100.0;
ALTER TABLE products RENAME COLUMN price_cents TO price;
--- amounts have no limit
ALTER TABLE payments ALTER COLUMN amount TYPE numeric;
--- amounts are in cents
ALTER TABLE payments ALTER COLUMN amount TYPE bigint USING (amount * 100)::bigint;
--- amounts may be larger
ALTER TABLE payments ALTER COLUMN amount TYPE numeric(12, 2);
--- a sku may be longer
ALTER TABLE products ALTER COLUMN sku TYPE varchar(64);
--- a sku is text
ALTER TABLE products ALTER COLUMN sku TYPE text;
--- a title has a limit
ALTER TABLE products ALTER COLUMN title TYPE varchar(255);
--- a currency is text
ALTER TABLE products ALTER COLUMN currency TYPE text;
--- a currency is longer
ALTER TABLE products ALTER COLUMN currency TYPE varchar(3);
--- attributes become jsonb
ALTER TABLE products ALTER COLUMN attrs TYPE jsonb;
--- attributes become jsonb with a default and an index
ALTER TABLE products ALTER COLUMN attrs TYPE jsonb USING attrs::jsonb, ALTER COLUMN attrs SET DEFAULT '{}'::jsonb;
CREATE INDEX products_attrs ON products USING gin (attrs);
--- a note may be of any length
ALTER TABLE cart_items ALTER COLUMN note TYPE varchar;
--- times get a zone
ALTER TABLE products ALTER COLUMN created_at TYPE timestamptz;
--- times get a zone that is named
ALTER TABLE products ALTER COLUMN created_at TYPE timestamptz USING created_at AT TIME ZONE 'UTC';
--- a state becomes text
ALTER TABLE payments ALTER COLUMN state TYPE text USING state::text;
--- a method becomes an enum
CREATE TYPE payment_method AS ENUM ('card', 'cash');
ALTER TABLE payments ALTER COLUMN method TYPE payment_method USING method::payment_method;
--- a state has one more value
ALTER TYPE payment_state ADD VALUE 'refunded' AFTER 'paid';
--- a state that carts have, too
ALTER TABLE carts ADD COLUMN payment payment_state NOT NULL DEFAULT 'pending';
--- soft delete
ALTER TABLE products ADD COLUMN deleted_at timestamptz;
CREATE INDEX products_alive ON products (sku) WHERE deleted_at IS NULL;
--- soft delete without an index
ALTER TABLE products ADD COLUMN deleted_at timestamptz, ADD COLUMN deleted_by bigint;
CREATE VIEW live_products AS SELECT * FROM products WHERE deleted_at IS NULL;
--- a version for optimistic locks
ALTER TABLE carts ADD COLUMN lock_version integer NOT NULL DEFAULT 0;
--- a public id
ALTER TABLE payments ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid();
--- a public id, filled later
ALTER TABLE payments ADD COLUMN public_id uuid;
ALTER TABLE payments ALTER COLUMN public_id SET DEFAULT gen_random_uuid();
--- a public id that is unique
ALTER TABLE payments ADD COLUMN public_id uuid UNIQUE;
--- a coupon table instead of a column
CREATE TABLE coupons (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, percent integer CHECK (percent BETWEEN 1 AND 100));
INSERT INTO coupons (code) SELECT DISTINCT coupon_code FROM carts WHERE coupon_code IS NOT NULL;
ALTER TABLE carts DROP COLUMN coupon_code;
--- a check that a price is above zero
ALTER TABLE products ADD CHECK (price_cents > 0);
--- a check in two files
ALTER TABLE products ADD CONSTRAINT price_above CHECK (price_cents > 0) NOT VALID;
--- a stock column and its check
ALTER TABLE products ADD COLUMN stock integer NOT NULL DEFAULT 0 CHECK (stock >= 0);
--- a stock column, its check not valid
ALTER TABLE products ADD COLUMN stock integer NOT NULL DEFAULT 0, ADD CONSTRAINT stock_left CHECK (stock >= 0) NOT VALID;
--- words to search
ALTER TABLE products ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED;
CREATE INDEX products_search ON products USING gin (search);
--- words to search, without a generated column
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX products_title_trgm ON products USING gin (title gin_trgm_ops);
--- words to search, concurrently
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--- when
CREATE INDEX CONCURRENTLY products_title_trgm ON products USING gin (title gin_trgm_ops);
--- a default goes
ALTER TABLE products ALTER COLUMN currency DROP DEFAULT;
--- a column is renamed with a view for the old name
ALTER TABLE carts RENAME TO baskets;
CREATE VIEW carts AS SELECT * FROM baskets;
--- a table is split
CREATE TABLE product_texts (product_id bigint PRIMARY KEY REFERENCES products (id), title text NOT NULL);
INSERT INTO product_texts SELECT id, title FROM products;
--- a table is split, and the foreign key comes last
CREATE TABLE product_texts (product_id bigint PRIMARY KEY, title text NOT NULL);
INSERT INTO product_texts SELECT id, title FROM products;
ALTER TABLE product_texts ADD FOREIGN KEY (product_id) REFERENCES products (id);
--- rows are updated between two changes
ALTER TABLE payments ADD COLUMN provider_id integer;
UPDATE payments SET provider_id = CASE provider WHEN 'stripe' THEN 1 ELSE 2 END;
ALTER TABLE payments DROP COLUMN provider;
--- rows are updated before a change
UPDATE payments SET provider = 'none' WHERE provider IS NULL;
ALTER TABLE payments ALTER COLUMN provider SET DEFAULT 'none';
--- rows of one table are updated after a change of another
ALTER TABLE carts ADD COLUMN note text;
UPDATE products SET active = true WHERE active IS NULL;
--- a key takes another sequence
CREATE SEQUENCE payments_number;
ALTER TABLE payments ALTER COLUMN id SET DEFAULT nextval('payments_number');
ALTER SEQUENCE payments_number OWNED BY payments.id;
--- a key is wider
ALTER TABLE cart_items ALTER COLUMN id TYPE bigint;
--- a key becomes a uuid
ALTER TABLE cart_items DROP CONSTRAINT cart_items_pkey;
ALTER TABLE cart_items ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE cart_items ADD PRIMARY KEY (uid);
--- constraint and index are dropped
ALTER TABLE payments DROP CONSTRAINT payments_cart_id_fkey;
DROP INDEX cart_items_cart;
--- a table of joins
CREATE TABLE products_categories (product_id bigint NOT NULL REFERENCES products ON DELETE CASCADE, category text NOT NULL, PRIMARY KEY (product_id, category));
CREATE INDEX ON products_categories (category);
--- carts have an index for their owner's mail
CREATE INDEX index_carts_on_lower_email ON carts (lower(customer_email));
--- carts have an index on token and time
CREATE UNIQUE INDEX "index_carts_on_token" ON "carts" USING btree ("token");
CREATE INDEX "index_carts_on_updated_at" ON "carts" USING btree ("updated_at" DESC);
