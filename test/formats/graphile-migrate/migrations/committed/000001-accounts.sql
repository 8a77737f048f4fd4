--! Previous: -
--! Hash: sha1:c873746358fd40fac38487e1c83780d3fc689b17

create schema app;
grant usage on schema app to :DATABASE_OWNER;
comment on schema app is ':APP_TITLE in :DATABASE_NAME; :UNKNOWN stays';

create table app.accounts (
  id bigint generated always as identity primary key,
  email text not null unique,
  created_at timestamptz not null default now()
);
