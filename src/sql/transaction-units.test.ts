/** How files of other tools are divided. */
import { expect, test } from "vitest";
import { Failure } from "../failures/failure.ts";
import { loadParser } from "./parser.ts";
import { parseFile } from "./parse-file.ts";
import { decideUnits } from "./transaction-units.ts";

/** The units as the texts of their statements, or `file`. */
async function units(sql: string, eachAlone = false): Promise<string | string[][]> {
  const parser = await loadParser();
  const file = await parseFile({ path: "f.sql", bytes: Buffer.from(sql), parser, lenient: true });
  const decided = decideUnits(file, { eachAlone });
  if (decided.mode === "file") return "file";
  return decided.units.map((unit) => unit.map(({ text }) => text));
}

test.each([
  ["nothing special", "create table a (); create table b ();"],
  ["own BEGIN and COMMIT around everything", "begin; create table a (); commit;"],
  ["own BEGIN behind settings", "set search_path = x; begin; create table a (); commit;"],
  ["BEGIN without COMMIT", "begin; create table a (); create table b ();"],
  ["savepoints", "savepoint s; create table a (); release s;"],
  ["an enum made and used", "create type e as enum ('a'); create table t (e e default 'a');"],
  ["transaction options", "begin isolation level serializable; create table a (); commit;"],
])("%s is one transaction", async (_name, sql) => {
  expect(await units(sql)).toBe("file");
});

test.each<[string, string, string[][]]>([
  [
    "two transactions",
    "begin; create table a (); create table b (); commit; begin; create table c (); commit;",
    [["create table a ()", "create table b ()"], ["create table c ()"]],
  ],
  [
    "statements around a transaction",
    "create table a (); create table b (); begin; create table c (); commit; create table d ();",
    [["create table a ()", "create table b ()"], ["create table c ()"], ["create table d ()"]],
  ],
  [
    "what cannot run in a transaction between others",
    "create table a (n int); create index concurrently i on a (n); create table b (); create table c ();",
    [
      ["create table a (n int)"],
      ["create index concurrently i on a (n)"],
      ["create table b ()", "create table c ()"],
    ],
  ],
  [
    "two concurrent indexes",
    "create index concurrently i on a (n); create index concurrently j on a (m);",
    [["create index concurrently i on a (n)"], ["create index concurrently j on a (m)"]],
  ],
  [
    "a new value of an older enum, and its use",
    "alter type e add value 'b'; alter type e add value 'c'; update t set e = 'b'; update t set e = 'c';",
    [
      ["alter type e add value 'b'", "alter type e add value 'c'"],
      ["update t set e = 'b'", "update t set e = 'c'"],
    ],
  ],
  [
    "a COMMIT without BEGIN",
    "create table a (); commit; create table b ();",
    [["create table a ()"], ["create table b ()"]],
  ],
])("%s: divided", async (_name, sql, expected) => {
  expect(await units(sql)).toEqual(expected);
});

test("the tool's marker: each statement alone, but the author's transactions stay whole", async () => {
  const sql =
    "create table a (); create table b (); begin; create table c (); drop table b; commit;";
  expect(await units(sql, true)).toEqual([
    ["create table a ()"],
    ["create table b ()"],
    ["create table c ()", "drop table b"],
  ]);
  expect(await units("create table a ();", true)).toBe("file");
});

test("the tool's marker: a procedure and a block that commit run outside of a transaction", async () => {
  const parser = await loadParser();
  const sql = "call fill(); do $$ begin commit; end $$; do $$ begin perform 1; end $$; select 1;";
  const bytes = Buffer.from(sql);
  const file = await parseFile({ path: "f.sql", bytes, parser, lenient: true });
  const decided = decideUnits(file, { eachAlone: true });
  expect(
    decided.mode === "statement" && decided.units.map(([one]) => one?.nonTransactional),
  ).toEqual(["other", "other", undefined, undefined]);
});

test.each<[string, string, boolean[]]>([
  [
    "a block",
    "select 1; do $$ begin loop update t set n = 1; commit; end loop; end $$;",
    [false, true],
  ],
  ["a block that rolls back", "do $$ begin\n  rollback and chain; end $$;", [true]],
  [
    "only words in a block",
    `do $$ begin -- then commit;
       create temp table x (n int) on commit drop; /* begin */ perform 'commit;'; end $$;`,
    [false],
  ],
  ["a procedure alone in its file", "set search_path = s; call fill();", [false, true]],
  ["a procedure of which nothing is known", "select 1; call fill();", [false, false]],
  [
    "a procedure of the file that commits",
    "create procedure p.fill() language plpgsql as $$ begin commit; end $$; call fill(); select 1;",
    [false, true, false],
  ],
  [
    "a procedure of the file that does not",
    "create procedure fill() language plpgsql as $$ begin null; end $$; call fill();",
    [false, false],
  ],
  [
    "inside of the author's transaction",
    "begin; call fill(); do $$ begin commit; end $$; commit;",
    [false, false],
  ],
])("what commits by itself: %s", async (_name, sql, expected) => {
  const parser = await loadParser();
  const file = await parseFile({ path: "f.sql", bytes: Buffer.from(sql), parser, lenient: true });
  const decided = decideUnits(file);
  const statements = decided.mode === "file" ? file.statements : decided.units.flat();
  expect(statements.map((one) => one.nonTransactional !== undefined)).toEqual(expected);
});

test("the tool's marker: a procedure inside of the author's transaction stays there", async () => {
  const sql = "begin; call fill(); commit; select 1;";
  expect(await units(sql, true)).toEqual([["call fill()"], ["select 1"]]);
});

test("a statement that cannot run in a transaction, inside the author's own, is refused", async () => {
  const work = units("begin; create index concurrently i on a (n); commit;");
  await expect(work).rejects.toThrow(Failure);
});

test.each(["rollback;", "begin; create table a (); rollback;", "prepare transaction 'x';"])(
  "%s is refused",
  async (sql) => {
    await expect(units(sql)).rejects.toThrow("controls the transaction inside the file");
  },
);
