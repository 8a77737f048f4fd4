--! Previous: sha1:57df4c960dded818efb0892d7312a8d0cd8b8980
--! Hash: sha1:c02bbd0bf0a792f3f2c6319c8563248c90fe190b
--! AllowInvalidHash

begin;
insert into app.accounts (email) values (':APP_TITLE@example.com');
commit;
begin;
update app.accounts set status = 'open' /* edited */ where email like '%@example.com' and status = 'new';
commit
