INSERT INTO customers (name)
VALUES ('Zoë; one'), ('雪 -- two');
