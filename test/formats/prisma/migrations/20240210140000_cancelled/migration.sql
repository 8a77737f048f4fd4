-- AlterEnum
ALTER TYPE "OrderStatus" ADD VALUE 'CANCELLED';

-- The value in use at once, as it works since each statement commits by itself.
UPDATE "Order" SET "status" = 'CANCELLED' WHERE "customerId" = 'c2';

-- AlterTable
ALTER TABLE "Order" ADD COLUMN     "cancelledAt" TIMESTAMP(3);
