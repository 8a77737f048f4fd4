--! Previous: sha1:f610978290305f9846c36acb5ec5c18f3103cae5
--! Hash: sha1:112c54747e355ef03ca3138f428c3d33a7906522

create table app.countries (code text primary key, name text not null);
copy app.countries (code, name) from stdin;
AT	Österreich; "Republik"
FR	:APP_TITLE
\.
