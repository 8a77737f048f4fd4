/** What is not as node-pg-migrate has it, and what a module may not do: named before anything runs. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/failures/failure.ts";
import { generateSql } from "../../src/formats/node-pg-migrate/generate.ts";
import { openFolder } from "../../src/formats/folder.ts";
import { readSource } from "../../src/formats/read-source.ts";
import type { GeneratedSql, Migration, MigrationSet } from "../../src/migrations/migration.ts";
import { project } from "../support/project.ts";

async function readFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  format?: string,
): Promise<MigrationSet> {
  const { dir } = await project({ files });
  return readSource(["."], { cwd: dir, env: {}, ...(format && { format }) });
}

describe("a folder is refused", () => {
  test.each([
    [
      "two files of one name",
      { "1_a.sql": "select 1", "1_a.js": "" },
      "file.duplicate",
      "`1_a.js` and `1_a.sql` are both the migration `1_a`.",
    ],
    [
      "a pair beside a single file",
      { "1_a.sql": "select 1", "1_a.up.sql": "select 1" },
      "file.duplicate",
      "both the migration `1_a`.",
    ],
    [
      "a name without a number",
      { "1_a.sql": "select 1", "b.sql": "select 1" },
      "file.invalid",
      "`b.sql` does not begin with a number",
    ],
    [
      "down without up",
      { "1_a.down.sql": "select 1" },
      "file.invalid",
      "`1_a.down.sql` has no `1_a.up.sql` beside it.",
    ],
    [
      "a marker for down only",
      { "1_a.sql": "create table a ();\n-- Down Migration\ndrop table a;" },
      "file.invalid",
      "`1_a.sql` has `-- Down Migration` and no `-- Up Migration`",
    ],
    [
      "another encoding",
      { "1_a.sql": Buffer.from("select 'caf\u00e9'", "latin1") },
      "file.encoding",
      "1_a.sql",
    ],
  ])("%s", async (_name, files, kind, what) => {
    const failure = await readFiles(files, "node-pg-migrate").then(
      () => undefined,
      (error: Failure) => error,
    );
    expect(failure?.class).toBe(kind);
    expect(failure?.what).toContain(what);
  });

  test("what is no migration is left alone, and pairs are one migration", async () => {
    const { format, migrations } = await readFiles(
      {
        "2_b.up.sql": "create table b ();",
        "2_b.down.sql": "drop table b;",
        "1_a.sql": "-- UP MIGRATION\nselect 1;",
        "README.md": "",
        "1_a.d.ts": "",
        ".hidden.sql": "select 2",
      },
      undefined,
    );
    expect(format).toBe("node-pg-migrate");
    expect(migrations.map(({ id, down }) => [id, down !== undefined])).toEqual([
      ["1_a", false],
      ["2_b", true],
    ]);
  });

  test("a folder of ours with modules is not taken for one", async () => {
    const files = {
      "1_a.ts": "export async function up(db: unknown) {}\n",
      "2_b.sql": "select 1;",
    };
    expect((await readFiles(files)).format).toBe("native");
  });
});

describe("a module", () => {
  test.each([
    [
      "asks the database",
      "export const up = async (pgm) => { await pgm.db.query('select 1'); };",
      "`1_a.mjs` calls `pgm.db.query`, which needs the database",
    ],
    [
      "asks the database and hides the error",
      "export const up = async (pgm) => { try { await pgm.db.select('select 1'); } catch {} };",
      "`1_a.mjs` calls `pgm.db.select`",
    ],
    [
      "makes a call that we do not have",
      "export const up = (pgm) => pgm.createOperator('~~~', {});",
      "`1_a.mjs` calls `pgm.createOperator`, which is a call that Lockstep does not have",
    ],
    [
      "exports nothing to run",
      "export const shorthands = {}; export const pgm = 1;",
      "`1_a.mjs` exports no function `up`.",
    ],
    [
      "fails by itself",
      "export const up = (pgm) => { throw new Error('out of luck'); };",
      "`1_a.mjs` fails while it writes its SQL: out of luck.",
    ],
    ["is no module", "export const up = (pgm) => {", "`1_a.mjs` cannot be loaded"],
  ])("that %s is refused by name", async (_name, text, what) => {
    const { migrations } = await readFiles({ "1_a.mjs": text }, "node-pg-migrate");
    await expect(sqlOf(migrations[0]!, "up")).rejects.toMatchObject({
      class: "module.invalid",
      migration: "1_a",
      what: expect.stringContaining(what) as string,
    });
  });

  test("is reversed where it has no `down`, and says so where that cannot be", async () => {
    const { migrations } = await readFiles(
      {
        "1_a.cjs":
          "exports.up = (pgm) => { pgm.createTable('a', {}); pgm.renameColumn('b', 'c', 'd'); };",
        "2_b.cjs": "exports.up = (pgm) => pgm.sql('select 1'); exports.down = false;",
        "3_c.cjs": "exports.up = (pgm) => pgm.dropTable('a');",
      },
      "node-pg-migrate",
    );
    const [a, b, c] = migrations;
    expect(await sqlOf(a!, "down")).toEqual({
      sql: 'ALTER TABLE "b" RENAME COLUMN "d" TO "c";\nDROP TABLE "a";',
    });
    await expect(sqlOf(b!, "down")).rejects.toMatchObject({ class: "file.no_down" });
    await expect(sqlOf(c!, "down")).rejects.toMatchObject({ class: "file.no_down" });
  });

  test("says that it runs without a transaction, and ends each step", async () => {
    const { migrations } = await readFiles(
      {
        "1_a.mjs":
          "export const up = (pgm) => { pgm.noTransaction(); pgm.sql('select 1 -- one'); pgm.sql('select 2'); };",
      },
      "node-pg-migrate",
    );
    expect(await sqlOf(migrations[0]!, "up")).toEqual({
      sql: "select 1 -- one;\n;\nselect 2;",
      transaction: "statement",
    });
  });
});

test("without the package our builder writes what the package's writes", async () => {
  const from = join(import.meta.dirname, "node-pg-migrate/migrations");
  const { dir } = await project();
  await cp(from, dir, { recursive: true });
  const both = await Promise.all(
    [from, dir].map((cwd) => readSource(["."], { cwd, env: {}, format: "node-pg-migrate" })),
  );
  const [theirs, ours] = both.map(({ migrations }) =>
    migrations.filter(({ up }) => up.reading?.generate !== undefined),
  );
  expect(theirs!.length).toBeGreaterThan(3);
  for (const [index, migration] of theirs!.entries()) {
    expect(normal(await sqlOf(ours![index]!, "up"))).toEqual(normal(await sqlOf(migration, "up")));
  }
});

test("shorthands of an earlier module hold for a later one", async () => {
  const { dir } = await project({
    files: {
      "1_a.cjs": "exports.shorthands = { money: 'numeric(9,2)' }; exports.up = () => {};",
      "2_b.cjs": "exports.up = (pgm) => pgm.addColumn('a', { b: 'money' });",
    },
  });
  const folder = openFolder([dir], dir);
  const [a, b] = folder.list().files.map((file) => ({
    id: file.name,
    file,
    bytes: folder.read(file)!,
  }));
  expect((await generateSql(b!, [a!], "up")).sql).toContain('"b" numeric(9,2)');
});

async function sqlOf(migration: Migration, direction: "up" | "down"): Promise<GeneratedSql> {
  return (await migration[direction]!.reading!.generate!()) as GeneratedSql;
}

function normal({ sql, ...rest }: GeneratedSql): GeneratedSql {
  const same = sql
    .replaceAll(/\$pg\w*\$/g, "$$$$")
    .replaceAll(/\s+/g, " ")
    .replaceAll("RENAME COLUMN", "RENAME");
  return { sql: same, ...rest };
}
