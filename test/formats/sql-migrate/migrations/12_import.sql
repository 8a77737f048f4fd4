-- +migrate Up
create table countries (code text primary key, name text);
copy countries (code, name) from stdin with (format csv);
at,"Österreich; with a ""semicolon"""
ch,
\.
