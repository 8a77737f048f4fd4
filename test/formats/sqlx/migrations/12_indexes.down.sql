-- no-transaction
DROP INDEX CONCURRENTLY orders_status;
DROP INDEX CONCURRENTLY orders_customer;
