--! Previous: sha1:dacbdb77ef7fc142b64d4d582880fe1f0bead889
--! Hash: sha1:2eec86f8108b4e39f57fc17d4df5279bf6f83e57
--! Message: Index the emails

--! no-transaction
create index concurrently accounts_lower_email on app.accounts (lower(email));
