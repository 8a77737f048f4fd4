--! Previous: sha1:ce1df018779a3242a45aad24e830b00889cbe6ff
--! Hash: sha1:0be491f4123f54135bf57610909657fa302c9856
--! Message: Grüße

--! Included functions/greeting.sql
create function app.greeting(name text) returns text language sql
begin atomic
  select 'Grüße; ' || name;
end;
--! EndIncluded functions/greeting.sql
