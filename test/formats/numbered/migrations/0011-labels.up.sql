create table labels (name text primary key, colour text);
copy labels from stdin;
urgent	red; or "orange"
-- Zürich	\N
\.
