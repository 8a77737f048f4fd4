CREATE TABLE prices (code text PRIMARY KEY, label text);
COPY prices FROM stdin;
a	one; two
\.
