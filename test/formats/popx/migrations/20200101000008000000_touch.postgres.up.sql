CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    -- Keeps it; whatever it is.
    NEW.name := NEW.name || '!';
    RETURN NEW;
END;
$fn$;
CREATE TRIGGER touch BEFORE UPDATE ON networks FOR EACH ROW EXECUTE FUNCTION touch();
UPDATE networks SET id = id;
