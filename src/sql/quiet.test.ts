import { expect, test } from "vitest";
import { isQuiet } from "./quiet.ts";
import { parseText } from "./test-parse.ts";

async function quiet(sql: string): Promise<boolean> {
  return isQuiet((await parseText(sql)).statements[0]!);
}

test.each([
  "create table t (id int primary key, at timestamptz default now(), u uuid default gen_random_uuid())",
  "alter table t add column n int not null default 1",
  "create unique index on t (lower(name)) where n > 1",
  "create function f() returns int language plpgsql as $$ begin perform set_config('a.b', 'c', false); return 1; end $$",
  "drop table t",
  "create view v as select * from t",
])("%s runs no code", async (sql) => expect(await quiet(sql)).toBe(true));

test.each([
  "insert into t values (1)", // a trigger may do anything
  "alter table t add column n int default f()",
  "alter table t add column n int default pg_temp.now()",
  "create index on t (app.lower(name))",
  "create temp table t (id int)",
  "create table t as select 1",
  "select pg_advisory_unlock_all()",
  "do $$ begin end $$",
  "create event trigger e on ddl_command_end execute function f()",
  "create extension hstore",
  "create schema s create table t (id int)",
  "set search_path = ''",
  "truncate t",
  "refresh materialized view m",
])("%s may run code, or leave something", async (sql) => expect(await quiet(sql)).toBe(false));
