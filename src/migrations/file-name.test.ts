import { expect, test } from "vitest";

import { readFileName } from "./file-name.ts";

test.each([
  ["1_a.sql", { kind: "up", language: "sql", version: "1", name: "a", id: "1_a" }],
  ["007_add users.sql", { kind: "up", version: "7", name: "add users", id: "007_add users" }],
  ["1__a.sql", { kind: "up", version: "1", name: "_a" }],
  ["1_a.b.sql", { kind: "up", name: "a.b" }],
  ["1_a.up.sql", { kind: "up", name: "a" }],
  ["1_a.down.sql", { kind: "down", language: "sql", name: "a", id: "1_a" }],
  ["1_A.DOWN.SQL", { kind: "down", name: "A" }],
  ["R__views.sql", { kind: "repeatable", name: "views", id: "R__views" }],
  ["1_a.ts", { kind: "up", language: "module", name: "a" }],
  ["1_a.mts", { kind: "up", language: "module" }],
  ["1_a.js", { kind: "up", language: "module" }],
  ["1_a.mjs", { kind: "up", language: "module" }],
  ["1_a.cjs", { kind: "up", language: "module" }],
])("%s is a migration", (fileName, expected) => {
  expect(readFileName(fileName)).toMatchObject(expected);
});

test.each([
  ".hidden.sql",
  "README.md",
  "001_foo.sql.bak",
  "001_foo.sql~",
  "1_a.d.ts",
  "1_a.d.mts",
  "1_a.test.ts",
  "1_a.spec.js",
  "helpers.ts",
  "index.js",
  "schema.json",
  "atlas.sum",
])("%s is ignored", (fileName) => {
  expect(readFileName(fileName)).toEqual({ kind: "ignored" });
});

test.each([
  ["1-foo.sql", "underscore"],
  ["V1__x.sql", "Flyway"],
  ["U1.2__x.sql", "Flyway"],
  ["1.do.x.sql", "postgrator"],
  ["1.2_x.sql", "without dots"],
  ["2.sql", "name is missing"],
  ["2_.sql", "empty"],
  ["2_.down.sql", "empty"],
  ["2_ .sql", "empty"],
  ["r__x.sql", "capital"],
  ["R__.sql", "empty"],
  ["R__x.down.sql", "no up or down"],
  ["schema.sql", "does not begin with a version"],
  ["1_a\nb.sql", "does not begin with a version"],
  ["1_a.down.ts", "both directions"],
  ["1_a.cts", "begins like a migration"],
  ["1-a.ts", "begins like a migration"],
  ["R__x.ts", "repeatable"],
])("%j is refused and says why: %s", (fileName, why) => {
  expect(readFileName(fileName)).toMatchObject({
    kind: "wrong",
    why: expect.stringContaining(why),
  });
});
