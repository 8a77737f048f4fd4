-- Custom SQL migration file, put your code below! --
CREATE FUNCTION touch() RETURNS trigger AS $body$
BEGIN
  NEW."touched" := 'it''s; touched';
  RETURN NEW;
END
$body$ LANGUAGE plpgsql -- no semicolon; here --> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "touched" text --> statement-breakpoint CREATE TRIGGER touched BEFORE UPDATE ON "customers" FOR EACH ROW EXECUTE FUNCTION touch()
