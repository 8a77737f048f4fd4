-- +goose Up
create table tags (name text primary key, colour text);
copy tags (name, colour) from stdin;
urgent	red; or "orange"
-- Zürich	\N
\.
