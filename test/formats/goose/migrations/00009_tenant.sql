-- +goose Up
-- Costs $5, which is above a statement and not replaced.
-- +goose ENVSUB ON
create schema ${SHOP_SCHEMA:-shop};
create table ${SHOP_SCHEMA:-shop}.settings (
    region text not null default '$SHOP_REGION',
    fallback text not null default '${SHOP_NOWHERE-none}',
    short text not null default '${SHOP_REGION:0:2}',
    dollar text not null default 'US\$'
);
insert into ${SHOP_SCHEMA?the schema of the shop} . settings default values;
-- +goose ENVSUB OFF
insert into shop_eu.settings (region) values ('${SHOP_REGION}');

-- +goose Down
-- +goose ENVSUB ON
drop schema ${SHOP_SCHEMA:-shop} cascade;
