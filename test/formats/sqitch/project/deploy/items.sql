-- Deploy shop:items to pg
\echo filling
BEGIN;
CREATE TABLE shop.items (id int PRIMARY KEY, name text, sizes int[]);
COPY shop.items (id, name, sizes) FROM stdin;
1	Teapot :name	{1,2}
2	\N	{3}
3	\\i nothing	{}
\.
UPDATE shop.items SET sizes = sizes[1:2];
COMMIT;
