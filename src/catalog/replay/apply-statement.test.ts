/** What needs no server to compare with: settings, rows, gaps, and what is only ours. */
import type { Node } from "@pgsql/types";
import { describe, expect, test } from "vitest";
import { loadParser } from "../../sql/parser.ts";
import { type Catalog, emptyCatalog } from "../catalog.ts";
import { findIndex, findTable, findView, isNew } from "../find.ts";
import { applyStatement } from "./apply-statement.ts";

const parser = await loadParser();
const parse = (sql: string): Node[] =>
  parser.parse(sql).stmts.flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]));

/** Each text is a transaction. */
function replay(...texts: readonly string[]): Catalog {
  return replayInto(emptyCatalog(), ...texts);
}

function replayInto(catalog: Catalog, ...texts: readonly string[]): Catalog {
  for (const [at, sql] of texts.entries()) {
    catalog.step += 1;
    const context = { file: `${at + 1}.sql`, version: 18, parse };
    for (const node of parse(sql)) applyStatement(catalog, { node }, context);
  }
  return catalog;
}

describe("the search path", () => {
  test.each([
    ["set search_path to app, public", ["app", "public"]],
    ["set search_path = 'App', \"$user\"", ["App"]],
    ["select pg_catalog.set_config('search_path', 'a, \"B c\"', false)", ["a", "B c"]],
    ["select set_config('search_path', '', false)", []],
    ["set search_path to app; reset search_path", ["public"]],
    ["set search_path to app; set search_path to default", ["public"]],
    ["set search_path to app; reset all", ["public"]],
    ["set search_path to app; discard all", ["public"]],
    ["set lock_timeout = 5", ["public"]],
  ])("%s", (sql, path) => {
    expect(replay(sql).searchPath).toEqual(path);
  });

  test("SET LOCAL ends with its transaction", () => {
    const catalog = replay("set local search_path to app; create table t (a int)", "select 1");
    expect(catalog.searchPath).toEqual(["public"]);
    expect(findTable(catalog, { schema: "app", name: "t" })).toBeDefined();
  });
});

describe("rows", () => {
  test.each([
    ["insert into t values (1)", true],
    ["copy t from stdin", true],
    ["copy t to stdout", false],
    ["with x as (insert into t values (1) returning a) select a from x", true],
    ["merge into t using u on true when not matched then insert values (1)", true],
    ["merge into t using u on true when matched then delete", false],
    ["insert into t values (1); truncate t", false],
    ["update t set a = 1; delete from t", false],
  ])("%s", (sql, filled) => {
    expect(findTable(replay("create table t (a int)", sql), { name: "t" })?.filled).toBe(filled);
  });

  test("are in partitions and in the tables above", () => {
    const catalog = replay(
      `create table p (a int) partition by list (a); create table one partition of p for values in (1);
       create table two partition of p default; insert into one values (1)`,
    );
    const filled = ["p", "one", "two"].map((name) => findTable(catalog, { name })?.filled);
    expect(filled).toEqual([true, true, false]);
  });

  test("come with tables and materialized views of queries", () => {
    const catalog = replay(
      `create table t as select 1 as a; select 1 as a into u; create table w as select 1 as a with no data;
       create materialized view m as select 1 as a with no data`,
    );
    expect(["t", "u", "w"].map((name) => findTable(catalog, { name })?.filled)).toEqual([
      true,
      true,
      false,
    ]);
    expect(findView(catalog, { name: "m" })?.filled).toBe(false);
    replayInto(catalog, "refresh materialized view m");
    expect(findView(catalog, { name: "m" })?.filled).toBe(true);
  });
});

describe("gaps", () => {
  test.each([
    ["do $$ begin execute 'create table x (a int)'; end $$", "code"],
    ["do $$ declare x int; begin create table x (a int); end $$", "code"],
    ["do $$ begin if 1 = 1 then create table x (a int); end if; end $$", "code"],
    ["do $$ begin for i in 1..3 loop null; end loop; end $$", "code"],
    ["call p()", "code"],
    ["select create_everything()", "code"],
    ["select partman.create_parent('a')", "code"],
    ["create extension postgis", "extension"],
  ])("%s", (sql, reason) => {
    const catalog = replay(
      "create function create_everything() returns void language sql as 'select 1'",
      sql,
    );
    expect(catalog.gaps).toEqual([{ file: "2.sql", reason }]);
  });

  test.each([
    "select now(), count(*) from t",
    "do $$ begin create type m as enum ('a'); exception when duplicate_object then null; end $$",
    "do $$ begin null; end $$",
    "create extension plpgsql; create extension plpgsql",
  ])("none, or one for each file: %s", (sql) => {
    expect(replay(sql).gaps.length).toBeLessThanOrEqual(1);
  });

  test("a DO block is one where nothing can parse it", () => {
    const catalog = emptyCatalog();
    const [node] = parse("do $$ begin create table t (a int); end $$");
    applyStatement(catalog, { node: node! }, { file: "a.sql", version: 18 });
    expect(catalog.gaps).toEqual([{ file: "a.sql", reason: "code" }]);
  });
});

test("temporary tables end with their transaction, or with the session's", () => {
  const catalog = replay(
    "create table t (a int)",
    "create temp table t (b int) on commit drop; alter table t add c int; create temp table u (a int)",
    "alter table t add d int",
  );
  const names = (table: string) =>
    findTable(catalog, { name: table })?.columns.map(({ name }) => name);
  expect(names("t")).toEqual(["a", "d"]);
  expect(names("u")).toEqual(["a"]);
  replayInto(catalog, "discard all");
  expect(names("u")).toBeUndefined();
});

test("what a transaction makes is new in it", () => {
  const catalog = replay("create table t (a int)", "create table u (a int)");
  expect(["t", "u"].map((name) => isNew(catalog, findTable(catalog, { name })!))).toEqual([
    false,
    true,
  ]);
});

test("a renamed column is renamed in expressions", () => {
  const catalog = replay(
    `create table t (a int, b int generated always as (a + 1) stored, check (a > 0));
     create index i on t ((a + 1)) where a > 5; alter table t rename a to z`,
  );
  const table = findTable(catalog, { name: "t" })!;
  const index = findIndex(catalog, { name: "i" })!;
  expect(index.alsoUses).toEqual(["z"]);
  const trees = JSON.stringify([table.constraints, table.columns, index]);
  expect(trees).not.toContain('"sval":"a"');
  expect(trees).toContain('"sval":"z"');
});

test("expressions and queries may be thousands of levels deep", () => {
  const sum = Array.from({ length: 2000 }, () => "a").join(" + ");
  const union = Array.from({ length: 1500 }, () => "select a from t").join(" union ");
  const catalog = replay(
    `create table t (a int, check (${sum} > 0)); create index on t ((${sum}));
     create view v as ${union}; create view w as select ${sum} from t;
     create table u (like t including all); alter table t rename a to b`,
  );
  expect(
    findView(catalog, { name: "v" })?.uses.get(findTable(catalog, { name: "t" })!.key),
  ).toEqual(new Set(["b"]));
});

test("what is not there is not made", () => {
  const catalog = replay(
    `alter table t add a int; create index on t (a); drop table t; alter type m add value 'x';
     create trigger x before insert on t for each row execute function f(); comment on table t is 'x';
     alter table t rename to u; create table p1 partition of p default; alter domain d set not null;
     alter index i attach partition j; create policy p on t; truncate t; refresh materialized view v`,
  );
  expect([...catalog.relations.values()].map(({ name }) => name)).toEqual(["p1"]);
});
