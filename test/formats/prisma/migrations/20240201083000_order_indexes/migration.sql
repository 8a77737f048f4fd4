-- The table is large: neither index may stop writers.
SET lock_timeout = '5s';

CREATE INDEX CONCURRENTLY IF NOT EXISTS "Order_customerId_placedAt_idx" ON "Order"("customerId", "placedAt" DESC);

CREATE INDEX CONCURRENTLY "Order_open_idx" ON "Order"("placedAt") WHERE "status" <> 'PAID';

-- AlterTable
ALTER TABLE "Order" ADD COLUMN     "currency" CHAR(3) NOT NULL DEFAULT 'EUR';
