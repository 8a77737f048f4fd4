import { expect, test } from "vitest";

import { Failure } from "../failures/failure.ts";
import { readFileName } from "./file-name.ts";
import type { Version } from "./migration.ts";
import { newMigrationPath, type NewMigration } from "./new-migration.ts";

const base: NewMigration = {
  dir: "migrations",
  name: "Add users",
  now: new Date("2026-03-04T05:06:07.890Z"),
  existing: [],
  language: "sql",
  withDown: false,
};

const paths = (extra: Partial<NewMigration>): string[] =>
  newMigrationPath({ ...base, ...extra }).map((file) => file.path);

test("the version is the time in UTC", () => {
  expect(paths({})).toEqual(["migrations/20260304050607_add_users.sql"]);
  expect(paths({ existing: ["7" as Version] })).toEqual([
    "migrations/20260304050607_add_users.sql",
  ]);
});

test("the version is greater than every existing one", () => {
  expect(paths({ existing: ["20260304050607" as Version, "3" as Version] })).toEqual([
    "migrations/20260304050608_add_users.sql",
  ]);
  expect(paths({ existing: ["900719925474099312345" as Version] })).toEqual([
    "migrations/900719925474099312346_add_users.sql",
  ]);
});

test("counted versions go on from the greatest and keep their width", () => {
  expect(paths({ sequential: 4 })).toEqual(["migrations/0001_add_users.sql"]);
  expect(paths({ sequential: 3, existing: ["9" as Version, "10" as Version] })).toEqual([
    "migrations/011_add_users.sql",
  ]);
  expect(paths({ sequential: 2, existing: ["99" as Version] })).toEqual([
    "migrations/100_add_users.sql",
  ]);
});

test.each([
  ["addUserEmail", "add_user_email"],
  ["  add -- user/e-mail!  ", "add_user_e_mail"],
  ["../../etc/passwd", "etc_passwd"],
  ["x.down", "x_down"],
  ["Größe ändern", "größe_ändern"],
])("the name %j becomes %s", (name, slug) => {
  expect(paths({ name })).toEqual([`migrations/20260304050607_${slug}.sql`]);
});

test.each(["", "  ", "--", "…", "x".repeat(201)])(
  "the name %j is refused as wrong usage",
  (name) => {
    expect(() => paths({ name })).toThrow(expect.objectContaining({ class: "usage" }));
    expect(() => paths({ name })).toThrow(Failure);
  },
);

test("a SQL migration has its way back in a second file, a module in the same", () => {
  expect(paths({ withDown: true })).toEqual([
    "migrations/20260304050607_add_users.sql",
    "migrations/20260304050607_add_users.down.sql",
  ]);
  const [module, ...others] = newMigrationPath({ ...base, language: "ts", withDown: true });
  expect(others).toEqual([]);
  expect(module?.path).toBe("migrations/20260304050607_add_users.ts");
  expect(module?.content).toContain('import type { MigrationContext } from "lockstep";');
  expect(module?.content).toContain("export async function up(db: MigrationContext)");
  expect(module?.content).toContain("export async function down(db: MigrationContext)");
});

test("every file that is made is one that discovery accepts", () => {
  for (const name of ["x.up", "001", "R__x", "día"]) {
    for (const language of ["sql", "ts"] as const) {
      for (const path of paths({ name, language, withDown: true })) {
        expect(readFileName(path.replace("migrations/", "")).kind).toMatch(/^(up|down)$/);
      }
    }
  }
});
