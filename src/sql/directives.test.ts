import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";
import { nearest } from "../failures/nearest.ts";
import { parseText } from "./test-parse.ts";

const directivesOf = async (text: string) => (await parseText(text)).directives;

test("all directives are read from the comments above the first statement", async () => {
  const text = [
    "\ufeff-- Copyright",
    "-- lockstep:transaction statement",
    "",
    "/* a /* nested */ comment */ --lockstep:lock-timeout 150",
    "  --- LOCKSTEP: statement-timeout 2min  ",
    '-- lockstep:role "App ""Owner"""',
    "select 1;",
  ];
  for (const ending of ["\n", "\r\n", "\r"]) {
    expect(await directivesOf(text.join(ending))).toEqual({
      transaction: "statement",
      lockTimeoutMs: 150,
      statementTimeoutMs: 120_000,
      role: 'App "Owner"',
    });
  }
});

test("the phase, and the version that code must ship", async () => {
  expect(
    await directivesOf("-- lockstep:phase contract\n-- lockstep:after 1.2_a\nselect 1"),
  ).toEqual({ phase: "contract", after: "1.2_a" });
  expect(await directivesOf("--lockstep : phase expand")).toEqual({ phase: "expand" });
});

test("an unquoted role is folded as SQL does", async () => {
  expect(await directivesOf("-- lockstep:role App_Owner")).toEqual({ role: "app_owner" });
});

test("allow belongs to the linter and may stand anywhere", async () => {
  const text = "-- lockstep:allow a\nselect 1; -- lockstep:allow b\n-- lockstep:allow b\nselect 2;";
  expect(await directivesOf(text)).toEqual({});
});

test("directives inside strings and function bodies are text", async () => {
  expect(await directivesOf("select '\n-- lockstep:role a', $$\n-- lockstep:x\n$$")).toEqual({});
});

test.each([
  ["a misspelt name", "\n  -- lockstep:transacton none", "Write `lockstep:transaction`.", 2, 3],
  ["an unknown name", "-- lockstep:xyzzyxyzzy", "Use one of `lockstep:transaction`", 1, 1],
  ["a wrong mode", "-- lockstep:transaction off", "Write one of `none`, `file`", 1, 1],
  ["a missing value", "-- lockstep:transaction", "Write one of `none`, `file`", 1, 1],
  ["a wrong unit", "-- lockstep:lock-timeout 5 days", "Write a time such as", 1, 1],
  ["microseconds", "-- lockstep:lock-timeout 5us", "Write a time such as", 1, 1],
  ["a wrong phase", "-- lockstep:phase contrac", "Write one of `expand`", 1, 1],
  ["a misspelt phase", "-- lockstep:phas contract", "Write `lockstep:phase`.", 1, 1],
  ["a missing version", "-- lockstep:phase contract\n-- lockstep:after", "Write the version", 2, 1],
  ["two versions", "-- lockstep:phase contract\n-- lockstep:after 1 2", "Write the version", 2, 1],
  ["after alone", "-- a\n-- lockstep:after 1", "Add `-- lockstep:phase contract`", 2, 1],
  ["after in expand", "--lockstep:after 1\n--lockstep:phase expand", "take it out", 1, 1],
  ["a late phase", "select 1;\n-- lockstep:phase contract\n", "Move it above", 2, 1],
  ["a wrong role", "-- lockstep:role a b", "Write a role name", 1, 1],
  ["a second one", "-- lockstep:role a\n-- lockstep:role a", "Remove one", 2, 1],
  ["one in a block comment", "/* lockstep:role a */", "`-- lockstep:role a`", 1, 1],
  ["a late one", "select 1;\n-- lockstep:role a\n", "Move it above", 2, 1],
  ["one inside the first statement", "select\n-- lockstep:role a\n1", "Move it above", 2, 1],
])("%s is refused with its place", async (_name, text, action, line, column) => {
  const failure = parseText(text);
  await expect(failure).rejects.toMatchObject({
    class: "file.directive",
    action: expect.stringContaining(action),
    location: { file: "0001_a.sql", line, column },
  });
});

test("durations have PostgreSQL's units and limits", () => {
  expect(["0", "80", "80ms", "1.5s", "2 min", "1h", "'5s'"].map(parseDuration)).toEqual([
    0, 80, 80, 1500, 120_000, 3_600_000, 5000,
  ]);
  expect(["", "s", "-1", "1d", "5S", "999999h"].map(parseDuration)).toEqual(
    Array(6).fill(undefined),
  );
});

test("a suggestion needs a word that is close", () => {
  expect(nearest("lock_timeout", ["lock-timeout", "role"])).toBe("lock-timeout");
  expect(nearest("banana", ["lock-timeout", "role"])).toBeUndefined();
});
