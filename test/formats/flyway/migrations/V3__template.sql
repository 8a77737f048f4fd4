CREATE TABLE letters (body text);
INSERT INTO letters VALUES ('Dear ${name},');
CREATE FUNCTION letter(name text) RETURNS text LANGUAGE plpgsql AS $fn$
BEGIN
  RETURN (SELECT replace(body, '$' || '{name}', name) FROM shop.letters LIMIT 1); -- it's; one
END
$fn$;
