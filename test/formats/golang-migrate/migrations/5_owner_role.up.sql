-- Added and used: two transactions.
ALTER TYPE role ADD VALUE IF NOT EXISTS 'owner';
INSERT INTO users (email, role) VALUES ('root@example.com', 'owner');
