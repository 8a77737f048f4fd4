CREATE INDEX CONCURRENTLY "orders_customer_idx" ON "orders" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "orders_status_idx" ON "orders" USING btree ("status");
