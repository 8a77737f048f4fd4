CREATE TABLE "prices" ("code" text PRIMARY KEY, "label" text);
COPY "prices" FROM stdin;
a	one; --> statement-breakpoint
b	two
\.
--> statement-breakpoint
INSERT INTO "prices" VALUES ('c', 'a; --> statement-breakpoint in a string')
