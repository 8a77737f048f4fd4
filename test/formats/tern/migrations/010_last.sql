alter table products add column note text;
