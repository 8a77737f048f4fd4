COPY customers (name) FROM STDIN;
Zoë ${not replaced}
B; "quoted"
\.
INSERT INTO orders (customer, total) SELECT id, 9.50 FROM customers;
