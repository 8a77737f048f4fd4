--! Previous: sha1:cd2a2be0e2637e67bdc691ff78562c8d38a60a48
--! Hash: sha1:57df4c960dded818efb0892d7312a8d0cd8b8980

insert into app.accounts (email) values
  ('two
lines');
