Constraints that are added to tables with rows.

--- setup
create table customers (id bigint primary key, email text, region text not null, code integer);
insert into customers select g, 'e' || g, 'r', g from generate_series(1, 300) g;
create table orders (id bigint primary key, customer_id bigint, code integer, region text, total numeric, "Status" text, starts timestamptz, ends timestamptz, parent_id bigint);
insert into orders select g, g, g, 'r', g, 'new', now(), now(), g from generate_series(1, 300) g;
create unique index customers_region_id on customers (region, id);

--- check
alter table orders add constraint total_positive check (total >= 0);
--- check without a name
alter table orders add check (total >= 0);
--- check not valid
alter table orders add constraint total_positive check (total >= 0) not valid;
--- check not valid and its validation in one file
alter table orders add constraint total_positive check (total >= 0) not valid;
alter table orders validate constraint total_positive;
--- validation of a check
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
alter table orders validate constraint total_positive;
--- validation of one that is valid
alter table orders add constraint total_positive check (total >= 0);
--- when
alter table orders validate constraint total_positive;
--- validation together with a new column
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
alter table orders validate constraint total_positive, add column note text;
--- validation together with a default
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
alter table orders alter column code set default 1, validate constraint total_positive;
--- validation together with statistics
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
alter table orders validate constraint total_positive, alter column code set statistics 500;
--- validation of two
alter table orders add constraint a check (total >= 0) not valid, add constraint b check (code > 0) not valid;
--- when
alter table orders validate constraint a, validate constraint b;
--- validation after a new column in one file
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
alter table orders add column note text;
alter table orders validate constraint total_positive;
--- validation after a comment in one file
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
comment on table orders is 'of customers';
alter table orders validate constraint total_positive;
--- validation after a trigger in one file
create function touch() returns trigger language plpgsql as 'begin return new; end';
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
create trigger touch before insert on orders for each row execute function touch();
alter table orders validate constraint total_positive;
--- validation after work on another table
alter table orders add constraint total_positive check (total >= 0) not valid;
--- when
alter table customers add column note text;
alter table orders validate constraint total_positive;
--- check not enforced
alter table orders add constraint total_positive check (total >= 0) not enforced;
--- check not enforced becomes enforced
alter table orders add constraint total_positive check (total >= 0) not enforced;
--- when
alter table orders alter constraint total_positive enforced;
--- check with no inherit
alter table orders add constraint total_positive check (total >= 0) no inherit;
--- check on a quoted column
alter table orders add constraint "Status known" check ("Status" in ('new', 'paid'));
--- check of a constant
alter table orders add constraint always check (true);
--- check with a column in one statement
alter table orders add column discount numeric, add constraint discount_small check (discount < total);
--- check after its column in one file
alter table orders add column discount numeric;
alter table orders add constraint discount_small check (discount < 100);
--- check is dropped
alter table orders add constraint total_positive check (total >= 0);
--- when
alter table orders drop constraint total_positive;
--- check is dropped and added again
alter table orders add constraint total_positive check (total >= 0);
--- when
alter table orders drop constraint total_positive, add constraint total_positive check (total > 0);
--- check is dropped and added again without validation
alter table orders add constraint total_positive check (total >= 0);
--- when
alter table orders drop constraint total_positive, add constraint total_positive check (total > 0) not valid;
--- dropped if it exists
alter table orders drop constraint if exists not_there;
--- constraint is renamed
alter table orders add constraint total_positive check (total >= 0);
--- when
alter table orders rename constraint total_positive to orders_total_positive;
--- unique
alter table orders add constraint orders_code_key unique (code);
--- unique of two
alter table orders add unique (region, code);
--- unique nulls not distinct
alter table orders add unique nulls not distinct (region, code);
--- unique with include
alter table orders add unique (code) include (total);
--- unique deferrable
alter table orders add constraint orders_code_key unique (code) deferrable initially deferred;
--- unique using an index
create unique index orders_code_idx on orders (code);
--- when
alter table orders add constraint orders_code_key unique using index orders_code_idx;
--- unique using an index that is built in the same file
create unique index orders_code_idx on orders (code);
alter table orders add constraint orders_code_key unique using index orders_code_idx;
--- unique using an index of the same name
create unique index orders_code_key on orders (code);
--- when
alter table orders add constraint orders_code_key unique using index orders_code_key;
--- unique is dropped
alter table orders add constraint orders_code_key unique (code);
--- when
alter table orders drop constraint orders_code_key;
--- primary key
alter table orders drop constraint orders_pkey;
--- when
alter table orders add primary key (id);
--- primary key using an index on a column that is not null
alter table orders drop constraint orders_pkey;
create unique index orders_id_idx on orders (id);
--- when
alter table orders add constraint orders_pkey primary key using index orders_id_idx;
--- primary key using an index on a column that may be null
alter table orders drop constraint orders_pkey;
create unique index orders_code_idx on orders (code);
--- when
alter table orders add primary key using index orders_code_idx;
--- primary key using an index with a check that proves it
alter table orders drop constraint orders_pkey;
create unique index orders_code_idx on orders (code);
alter table orders add check (code is not null);
--- when
alter table orders add primary key using index orders_code_idx;
--- primary key is swapped by an index
create unique index orders_code_idx on orders (code);
alter table orders alter column code set not null;
--- when
alter table orders drop constraint orders_pkey, add constraint orders_pkey primary key using index orders_code_idx;
--- primary key is swapped by a new one
alter table orders alter column code set not null;
--- when
alter table orders drop constraint orders_pkey, add primary key (code);
--- exclusion
alter table orders add constraint no_overlap exclude using btree (code with =);
--- exclusion with gist and a range
alter table customers add column during int4range;
update customers set during = int4range(id::integer, id::integer + 1);
--- when
alter table customers add exclude using gist (during with &&);
--- exclusion with a condition
alter table orders add constraint no_overlap exclude using btree (code with =) where (total > 10000);
--- constraint becomes deferrable
alter table orders add constraint f foreign key (customer_id) references customers;
--- when
alter table orders alter constraint f deferrable initially deferred;
--- temporal primary key
create table stays (room int4range not null, during tsrange not null);
insert into stays select int4range(g, g + 1), tsrange('2020-01-01', '2020-01-02') from generate_series(1, 300) g;
--- when
alter table stays add constraint stays_pk primary key (room, during without overlaps);
--- temporal unique
create table stays (room int4range not null, during tsrange not null);
insert into stays select int4range(g, g + 1), tsrange('2020-01-01', '2020-01-02') from generate_series(1, 300) g;
--- when
alter table stays add unique (room, during without overlaps);
--- Rails
ALTER TABLE "orders" ADD CONSTRAINT "chk_rails_1234" CHECK (total > 0);
--- Rails without validation
ALTER TABLE "orders" ADD CONSTRAINT "chk_rails_1234" CHECK (total > 0) NOT VALID;
--- Rails validates
ALTER TABLE "orders" ADD CONSTRAINT "chk_rails_1234" CHECK (total > 0) NOT VALID;
--- when
ALTER TABLE "orders" VALIDATE CONSTRAINT "chk_rails_1234";
--- Django unique together
ALTER TABLE "orders" ADD CONSTRAINT "orders_region_code_1234_uniq" UNIQUE ("region", "code");
--- Drizzle unique
ALTER TABLE "orders" ADD CONSTRAINT "orders_code_unique" UNIQUE("code");
--- only the table itself
alter table only orders add constraint total_positive check (total >= 0);
--- on a table with a child
create table vip_orders () inherits (orders);
insert into vip_orders (id, total) select g, g from generate_series(1000, 1200) g;
--- when
alter table orders add constraint total_positive check (total >= 0);
--- if the table exists, and it does not
alter table if exists not_there add constraint x check (true);
--- if the table exists, and it does
alter table if exists orders add constraint total_positive check (total >= 0);
--- in a DO block that looks first
do $$
begin
  if not exists (select from pg_constraint where conname = 'total_positive') then
    alter table orders add constraint total_positive check (total >= 0);
  end if;
end $$;
--- in a DO block that catches duplicates
do $$ begin
  alter table "orders" add constraint "orders_customer_fk" foreign key ("customer_id") references "customers" ("id");
exception when duplicate_object then null;
end $$;
--- in a DO block without validation
do $$ begin
  alter table orders add constraint total_positive check (total >= 0) not valid;
end $$;
--- enum in a DO block
do $$ begin
  create type status as enum ('a', 'b');
exception when duplicate_object then null;
end $$;
