COPY teams (id, name) FROM stdin;
1	Blue; "team"
2	Réd
\.
SELECT setval('teams_id_seq', 2);
