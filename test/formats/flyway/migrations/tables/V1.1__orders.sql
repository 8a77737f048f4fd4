BEGIN;
CREATE TABLE orders (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer int NOT NULL REFERENCES customers,
  total numeric NOT NULL CHECK (total >= 0)
);
COMMIT;
