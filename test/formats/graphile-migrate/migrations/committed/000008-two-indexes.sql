--! Previous: sha1:112c54747e355ef03ca3138f428c3d33a7906522
--! Hash: sha1:cd2a2be0e2637e67bdc691ff78562c8d38a60a48

--! no-transaction
create index concurrently countries_name on app.countries (name);
create index concurrently countries_upper on app.countries (upper(name));
insert into app.countries (code, name) values ('IT', 'Italia');
