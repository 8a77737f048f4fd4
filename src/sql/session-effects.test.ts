import { expect, test } from "vitest";
import { leavesInSession } from "./session-effects.ts";
import { parseText } from "./test-parse.ts";

test.each([
  ["set search_path = ''", "changes a setting of the session"],
  ["set session statement_timeout = 0", "changes a setting of the session"],
  ["set role app_owner", "changes a setting of the session"],
  ["reset all", "changes a setting of the session"],
  ["select pg_catalog.set_config('search_path', '', false)", "changes a setting of the session"],
  ["select set_config('a.b', 'c', x) from t", "changes a setting of the session"],
  ["prepare p as select 1", "leaves a prepared statement"],
  ["listen c", "listens on a channel"],
  ["declare c cursor with hold for select 1", "leaves a cursor open"],
  ["create temp table t (a int)", "creates a temporary object"],
  ["create temporary view v as select 1", "creates a temporary object"],
  ["select 1 as a into temp t", "creates a temporary object"],
  ["create temp table t as select 1", "creates a temporary object"],
  ["select pg_advisory_lock(1)", "takes an advisory lock of the session"],
  [
    "with l as (select pg_try_advisory_lock_shared(1, 2)) select * from l",
    "takes an advisory lock of the session",
  ],
])("%s stays in the session", async (sql, what) => {
  const [statement] = (await parseText(sql)).statements;
  expect(leavesInSession(statement!)).toBe(what);
});

test.each([
  "set local search_path = ''",
  "select set_config('search_path', '', true)",
  "declare c cursor for select 1",
  "create temp table t (a int) on commit drop",
  "create temp table t on commit drop as select 1",
  "select pg_advisory_xact_lock(1)",
  "select * from pg_temp.t",
  "create table t (a int)",
  "comment on table t is 'set role x'",
])("%s ends with the transaction", async (sql) => {
  const [statement] = (await parseText(sql)).statements;
  expect(leavesInSession(statement!)).toBeUndefined();
});
