import { expect, test } from "vitest";
import { summarise } from "./summarise.ts";

test("a summary is one short line", () => {
  expect(summarise("create  table\r\n\t-- why\n t ( /* a */ a int )")).toBe(
    "create table t ( a int )",
  );
  const long = summarise(`select '${"é😀".repeat(100)}'`);
  expect([...long]).toHaveLength(100);
  expect(long.endsWith("…")).toBe(true);
});

test("a summary has no passwords", () => {
  expect(summarise("create role a\n  login password 's3cret'")).not.toContain("s3cret");
  expect(
    summarise(`create role a valid until '${"x".repeat(90)}' password 's3cret'`),
  ).not.toContain("s3cret");
  // The shortened text itself must not hide what marks the secret.
  const cut = `create user mapping for a server b options (user 'x', password 's3cret')`;
  expect(summarise(`-- ${"c".repeat(200)}\n${cut}`)).not.toContain("s3cret");
});
