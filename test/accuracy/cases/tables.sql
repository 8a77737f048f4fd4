Tables that are made, and work on tables of the same migration.

--- setup
create table customers (id bigint primary key, name text not null, email text, kind text);
insert into customers select g, 'n' || g, 'e' || g, 'k' from generate_series(1, 300) g;
create table countries (code char(2) primary key, name text);
insert into countries values ('de', 'Germany'), ('fr', 'France');
create table base (id bigint, at timestamptz);
insert into base select g, now() from generate_series(1, 300) g;

--- plain
create table orders (id bigserial primary key, total numeric(10, 2) not null default 0, created_at timestamptz not null default now());
--- if not exists, and it does not
create table if not exists orders (id bigint primary key);
--- if not exists, and it does
create table if not exists customers (id bigint primary key, token uuid default gen_random_uuid());
--- with everything
create table orders (id uuid primary key default gen_random_uuid(), code text unique, total numeric check (total > 0), customer_id bigint references customers on delete cascade, period tstzrange, exclude using gist (period with &&));
--- with a reference and an index
create table orders (id bigint primary key, customer_id bigint not null references customers);
create index on orders (customer_id);
--- like
create table customers_copy (like customers including all);
--- like and filled
create table customers_copy (like customers including all);
insert into customers_copy select * from customers;
create index on customers_copy (email);
--- as a query
create table customers_copy as select * from customers;
--- as a query with no data
create table customers_copy as table customers with no data;
--- as a query and a key
create table customers_copy as select * from customers;
alter table customers_copy add primary key (id);
--- as a query and a key to another
create table customers_copy as select *, 'de'::char(2) as country from customers;
alter table customers_copy add foreign key (country) references countries;
--- select into
select id, name into customers_copy from customers;
--- inherits
create table vip (discount numeric) inherits (base);
--- temporary
create temporary table scratch (id bigint) on commit drop;
--- temporary that is filled and indexed
create temp table scratch as select * from customers;
create index on scratch (id);
--- unlogged
create unlogged table queue (id bigserial primary key, payload jsonb not null);
--- of a type
create type thing as (id bigint, name text);
create table things of thing (primary key (id));
--- with a tablespace
create table archived (id bigint) tablespace archive;
--- schema and table
create schema billing;
create table billing.invoices (id bigint primary key, customer_id bigint references public.customers);
--- create and alter
create table orders (id bigint);
alter table orders add primary key (id);
alter table orders add column total numeric default random();
alter table orders alter column total set not null;
--- create, fill and alter
create table orders (id bigint, state text);
insert into orders select id, kind from customers;
alter table orders add primary key (id), alter column state set not null;
alter table orders add constraint known check (state in ('k'));
--- create and rename to an old name
alter table customers rename to customers_old;
create table customers (id bigint primary key, name text);
create index on customers (name);
--- swap of two tables
create table customers_new (like customers including all);
insert into customers_new select * from customers;
alter table customers rename to customers_old;
alter table customers_new rename to customers;
alter table customers_old rename column kind to old_kind;
--- swap, and work on the old one
create table customers_new (like customers including all);
alter table customers rename to customers_old;
alter table customers_new rename to customers;
create index on customers_old (email);
--- swap, and work on the new one
create table customers_new (like customers including all);
alter table customers rename to customers_old;
alter table customers_new rename to customers;
create index on customers (email);
--- drop, create and work on the new one
drop table customers;
create table customers (id bigint, email text);
alter table customers add constraint filled check (email <> '');
create unique index on customers (email);
--- create in another schema with the same name
create schema archive;
create table archive.customers (id bigint, name text);
create index on archive.customers (name);
--- search path to another schema
create schema archive;
set local search_path = archive;
create table customers (id bigint, name text);
create index on customers (name);
--- search path back to the old table
create schema archive;
create table archive.customers (id bigint, name text);
set local search_path = archive, public;
create index on public.customers (name);
--- moved to another schema, then worked on
create schema archive;
alter table customers set schema archive;
create index on archive.customers (email);
--- joined table of Rails
CREATE TABLE "customers_countries" ("customer_id" bigint NOT NULL, "country_code" char(2) NOT NULL, CONSTRAINT "fk_rails_1" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id"), CONSTRAINT "fk_rails_2" FOREIGN KEY ("country_code") REFERENCES "countries" ("code"));
CREATE INDEX "index_cc_on_customer" ON "customers_countries" ("customer_id");
--- Rails table with timestamps
CREATE TABLE "sessions" ("id" bigserial primary key, "user_id" bigint, "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL);
CREATE UNIQUE INDEX "index_sessions_on_user_id" ON "sessions" ("user_id");
--- Django table
CREATE TABLE "app_tag" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "slug" varchar(50) NOT NULL UNIQUE);
CREATE INDEX "app_tag_slug_like" ON "app_tag" ("slug" varchar_pattern_ops);
--- Django many to many
CREATE TABLE "app_customer_tags" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "customer_id" bigint NOT NULL, "country_id" char(2) NOT NULL);
ALTER TABLE "app_customer_tags" ADD CONSTRAINT "a_uniq" UNIQUE ("customer_id", "country_id");
ALTER TABLE "app_customer_tags" ADD CONSTRAINT "a_fk" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") DEFERRABLE INITIALLY DEFERRED;
--- Flyway style
CREATE TABLE IF NOT EXISTS public.audit_log (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    actor      VARCHAR(100) NOT NULL,
    payload    JSONB
);
COMMENT ON TABLE public.audit_log IS 'who did what';
CREATE INDEX IF NOT EXISTS idx_audit_log_at ON public.audit_log (at);
--- Drizzle style
CREATE TABLE "comment" (
	"id" serial PRIMARY KEY NOT NULL,
	"customer_id" bigint,
	"text" text NOT NULL
);
ALTER TABLE "comment" ADD CONSTRAINT "comment_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE cascade ON UPDATE no action;
CREATE INDEX "comment_customer_idx" ON "comment" USING btree ("customer_id");
--- in a DO block
do $$ begin
  create table if not exists flags (id bigint primary key);
  create index if not exists flags_idx on flags (id);
end $$;
