--! Previous: sha1:0be491f4123f54135bf57610909657fa302c9856
--! Hash: sha1:f610978290305f9846c36acb5ec5c18f3103cae5

alter type app.status add value 'closed';
insert into app.accounts (email, status) values ('closed@example.com', 'closed');
