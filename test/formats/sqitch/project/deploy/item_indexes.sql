-- Deploy shop:item_indexes to pg
CREATE INDEX CONCURRENTLY items_name ON shop.items (name);
CREATE INDEX CONCURRENTLY items_sizes ON shop.items USING gin (sizes);
