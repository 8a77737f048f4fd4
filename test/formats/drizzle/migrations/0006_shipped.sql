ALTER TYPE "public"."order_status" ADD VALUE 'shipped'--> statement-breakpoint
UPDATE "orders" SET "status" = 'shipped' WHERE "id" = 2;
