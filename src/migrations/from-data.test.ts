import { expect, test } from "vitest";

import { checksumOf } from "./checksum.ts";
import { migrationsFromData, type MigrationData } from "./from-data.ts";
import type { MigrationModule } from "./migration.ts";

const module: MigrationModule = { up: () => {} };

test("data is sorted, paired and hashed like files", () => {
  const migrations = migrationsFromData([
    { name: "R__v.sql", sql: "v" },
    { name: "./migrations/10_b.sql", sql: "b\r\n", down: "c" },
    { name: "2_a.ts", module },
  ]);
  expect(migrations.map((migration) => migration.id)).toEqual(["2_a", "10_b", "R__v"]);
  expect(migrations[0]).toMatchObject({ language: "module", module });
  expect(migrations[1]?.up.checksum).toBe(checksumOf(Buffer.from("b\n")));
  expect(migrations[1]?.down).toMatchObject({ path: "./migrations/10_b.down.sql" });
});

test("a down may also be an item of its own", () => {
  const [migration] = migrationsFromData([
    { name: "1_a.down.sql", sql: "x" },
    { name: "1_a.sql", sql: "y" },
  ]);
  expect(migration?.down?.bytes.toString()).toBe("x");
});

test("a module's checksum is the given one, or else depends on its name only", () => {
  const checksum = "a".repeat(64);
  const sum = (item: MigrationData): unknown => migrationsFromData([item])[0]?.up.checksum;
  expect(sum({ name: "1_a.ts", module, checksum })).toBe(checksum);
  expect(sum({ name: "1_a.ts", module })).toBe(
    sum({ name: "1_a.js", module: { up: async () => {} } }),
  );
});

test.each<[string, MigrationData[], string]>([
  ["an unknown ending", [{ name: "1_a.txt", sql: "" }], "file.invalid"],
  ["a wrong name", [{ name: "V1__a.sql", sql: "" }], "file.invalid"],
  ["no text", [{ name: "1_a.sql" }], "file.invalid"],
  ["no module", [{ name: "1_a.ts" }], "file.invalid"],
  ["a module with SQL", [{ name: "1_a.ts", module, sql: "" }], "file.invalid"],
  ["a module without up", [{ name: "1_a.ts", module: {} as MigrationModule }], "file.invalid"],
  ["a module named .sql", [{ name: "1_a.sql", module }], "file.invalid"],
  ["a repeatable with down", [{ name: "R__a.sql", sql: "", down: "" }], "file.invalid"],
  ["a checksum that is none", [{ name: "1_a.ts", module, checksum: "x" }], "file.invalid"],
  [
    "the same version twice",
    [
      { name: "1_a.sql", sql: "" },
      { name: "01_b.ts", module },
    ],
    "file.duplicate",
  ],
  [
    "two downs",
    [
      { name: "1_a.sql", sql: "", down: "" },
      { name: "1_a.down.sql", sql: "" },
    ],
    "file.duplicate",
  ],
  ["a zero byte", [{ name: "1_a.sql", sql: "select '\0'" }], "file.encoding"],
])("%s is refused", (_name, data, kind) => {
  expect(() => migrationsFromData(data)).toThrow(expect.objectContaining({ class: kind }));
});
