INSERT INTO "Order" ("customerId", "status", "totalCents") VALUES ('c1', 'SHIPPED', 50);
