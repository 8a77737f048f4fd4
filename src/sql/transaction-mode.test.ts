import { describe, expect, test } from "vitest";
import { parseText } from "./test-parse.ts";
import { decideTransaction } from "./transaction-mode.ts";

const decide = async (text: string) => decideTransaction(await parseText(text)).mode;

const CONCURRENT = "create index concurrently i on t (a)";

test.each([
  ["create table t (a int)", "file"],
  ["", "file"],
  ["frobnicate", "file"],
  ["set lock_timeout = 0; create table t (a int)", "file"],
  ["begin; create table t (a int); savepoint a; commit", "file"],
  [CONCURRENT, "none"],
  [`${CONCURRENT}; drop index concurrently j; vacuum t`, "none"],
  [`set lock_timeout = 0; ${CONCURRENT}; reset lock_timeout`, "none"],
  [`-- lockstep:transaction none\ncreate table t (a int); ${CONCURRENT}`, "none"],
  [`-- lockstep:transaction statement\ncreate table t (a int); ${CONCURRENT}`, "statement"],
  ["-- lockstep:transaction none\nselect 1", "none"],
  ["-- lockstep:transaction file\nselect 1", "file"],
])("%j runs as %s", async (text, mode) => {
  expect(await decide(text)).toBe(mode);
});

test("a mixed file is refused with the lines of both sorts", async () => {
  const text = `create table t (a int);\n${CONCURRENT};\n\nselect 1;\nvacuum t;`;
  await expect(decide(text)).rejects.toMatchObject({
    class: "file.mixed",
    what: "`create index concurrently i` cannot run in a transaction, and other statements of the file need one.",
    action: expect.stringContaining("lockstep split 0001_a.sql"),
    location: { line: 2, column: 1 },
    notes: [
      "Cannot run in a transaction: line 2, line 5.",
      "Run in a transaction: line 1, line 4.",
      "In a folder that was written for another runner, `--format numbered` divides such files by itself.",
    ],
  });
});

test.each([
  ["file.mixed", `set local lock_timeout = 0;\n${CONCURRENT}`],
  ["file.mixed", `-- lockstep:transaction file\n${CONCURRENT}`],
  ["file.mixed", `begin;\n${CONCURRENT};\ncommit`],
  ["file.directive", `-- lockstep:transaction none\nbegin;\n${CONCURRENT};\ncommit`],
  ["file.directive", "-- lockstep:transaction statement\nbegin; select 1; commit"],
  ["file.invalid", "-- lockstep:transaction none\nsavepoint a; release a"],
])("%s: %j", async (failureClass, text) => {
  await expect(decide(text)).rejects.toMatchObject({ class: failureClass });
});

test("before 17 a new type does not make its added values usable", async () => {
  const sql = "create type mood as enum (); alter type mood add value 'a'; select 'a'";
  const file = await parseText(sql);
  expect(() => decideTransaction(file, { serverVersion: 160_004 })).toThrow("is added in line 1");
  expect(decideTransaction(file, { serverVersion: 170_000 })).toEqual({ mode: "file" });
});

describe("an enum value", () => {
  const ADD = "alter type mood add value if not exists 'it''s fine' after 'ok';";

  test.each([
    ["a constant", "insert into t values ('it''s fine')"],
    ["a default", "alter table t alter a set default 'it''s fine'"],
    ["a check", "alter table t add check (a <> 'it''s fine'::mood)"],
    ["a view", "create view v as select * from t where a in ('ok', 'it''s fine')"],
    ["a function body", "create function f() returns mood language sql as $$select 'it''s fine'$$"],
    ["a DO block", "do $$ begin update t set a = 'it''s fine'; end $$"],
    [
      "a body in the tree",
      "create procedure p() begin atomic insert into t values ('it''s fine'); end",
    ],
  ])("cannot be used in %s of the file that adds it", async (_name, use) => {
    await expect(decide(`${ADD}\nselect 1;\n${use}`)).rejects.toMatchObject({
      class: "ddl.enum_same_transaction",
      what: expect.stringMatching(/`mood`.*line 1.*line 3/),
      location: { line: 3 },
    });
  });

  test.each([
    ["it is used before", `select 'it''s fine'; ${ADD}`],
    ["another is used", `${ADD} select 'ok', 'fine'`],
    ["it is the name of a column", "alter type m add value 'a'; select a from t"],
    ["the type is new", "create type mood as enum (); alter type mood add value 'a'; select 'a'"],
    ["it is renamed", "alter type mood rename value 'a' to 'b'; select 'b'"],
  ])("does no harm when %s", async (_name, text) => {
    expect(await decide(text)).toBe("file");
  });

  test("may be used when each statement commits", async () => {
    expect(await decide(`-- lockstep:transaction statement\n${ADD}\nselect 'it''s fine'`)).toBe(
      "statement",
    );
  });
});
