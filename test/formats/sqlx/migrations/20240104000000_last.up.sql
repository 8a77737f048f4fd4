-- The next line is no marker, because the file begins above it.
-- no-transaction
CREATE FUNCTION answer() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 42; END;
