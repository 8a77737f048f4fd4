--! Previous: sha1:c873746358fd40fac38487e1c83780d3fc689b17
--! Hash: sha1:dacbdb77ef7fc142b64d4d582880fe1f0bead889

create function app.touch() returns trigger language plpgsql as $$
begin
  -- a comment; with ''quotes''
  new.email := replace(new.email, ':APP_TITLE', 'it''s; :APP_TITLE');
  return new;
end
$$;

create trigger touch before insert on app.accounts
  for each row execute function app.touch();
