CREATE FUNCTION :"shop_schema".greet(name text) RETURNS text LANGUAGE plpgsql AS $fn$
begin
  -- a quote ' and a semicolon;
  return 'Hi, ' || name || '; welcome';
end
$fn$;
