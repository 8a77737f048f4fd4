-- Written on Windows; the texts have several bytes per character.
INSERT INTO "Customer" ("id", "email", "displayName") VALUES
    ('c1', 'zoe@example.com', 'Zoë; "the first"'),
    ('c2', 'yuki@example.com', '雪 -- not a comment');

INSERT INTO "Order" ("customerId", "totalCents") VALUES ('c1', 1250), ('c2', 300);
