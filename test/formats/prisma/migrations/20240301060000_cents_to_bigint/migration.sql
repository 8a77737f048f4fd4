BEGIN;

-- AlterTable
ALTER TABLE "Order" ALTER COLUMN "totalCents" SET DATA TYPE BIGINT;

COMMIT;

BEGIN;
-- RedefineEnum
CREATE TYPE "OrderStatus_new" AS ENUM ('NEW', 'PAID', 'CANCELLED', 'SHIPPED');
ALTER TABLE "Order" ALTER COLUMN "status" DROP DEFAULT;
DROP INDEX "Order_open_idx";
ALTER TABLE "Order" ALTER COLUMN "status" TYPE "OrderStatus_new" USING ("status"::text::"OrderStatus_new");
ALTER TYPE "OrderStatus" RENAME TO "OrderStatus_old";
ALTER TYPE "OrderStatus_new" RENAME TO "OrderStatus";
DROP TYPE "OrderStatus_old";
ALTER TABLE "Order" ALTER COLUMN "status" SET DEFAULT 'NEW';
COMMIT;
