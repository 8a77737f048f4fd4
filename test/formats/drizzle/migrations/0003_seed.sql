INSERT INTO "customers" ("email", "name") VALUES ('zoe@example.test', 'Zoë; "the first"'), ('yuki@example.test', '雪 -- not a comment');
INSERT INTO "orders" ("customer_id", "total_cents") VALUES (1, 1250);
--> statement-breakpoint
-- Nothing but a comment between two breakpoints.
--> statement-breakpoint
DO $$
BEGIN
  INSERT INTO "orders" ("customer_id", "total_cents") VALUES (2, 300);
END $$
--> statement-breakpoint
UPDATE "customers" SET "note" = 'seen' WHERE "id" = 1
