CREATE TABLE labels (name TEXT PRIMARY KEY, colour TEXT);
COPY labels FROM stdin;
urgent	red; or "orange"
-- Zürich	\N
\.
