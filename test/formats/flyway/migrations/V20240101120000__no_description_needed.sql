CREATE VIEW paid AS SELECT * FROM orders WHERE status <> 'open';
