DELETE FROM customers;
