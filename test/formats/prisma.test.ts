/** Prisma Migrate: a folder for each migration, and files in which anything may stand. */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FailureInit } from "../../src/failures/failure.ts";
import { openFolder } from "../../src/formats/folder.ts";
import { checksumsOf } from "../../src/formats/prisma-history.ts";
import { prisma } from "../../src/formats/prisma.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { down } from "../../src/runner/down.ts";
import { up } from "../../src/runner/up.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import {
  asReader,
  formatSuite,
  read,
  runnerOptions,
  writeTheirs,
  type FormatSpec,
} from "./harness.ts";

const SPEC: FormatSpec = {
  format: "prisma",
  dir: "prisma/migrations",
  half: 6,
  ids: [
    "0_init",
    "20240105101500_orders",
    "20240110090000_customer_phone",
    "20240110090000_order_notes",
    "20240112120000_empty",
    "20240115080000_seed_customers",
    "20240201083000_order_indexes",
    "20240210140000_cancelled",
    "20240215070000_totals_function",
    "20240301060000_cents_to_bigint",
    "20240310110000_last_order",
  ],
  results: {
    'select "displayName" from "Customer" order by id': [
      { displayName: 'Zoë; "the first"' },
      { displayName: "雪 -- not a comment" },
    ],
    'select "totalCents"::text, status::text, notes from "Order" order by id': [
      { totalCents: "1250", status: "NEW", notes: null },
      { totalCents: "300", status: "CANCELLED", notes: null },
      { totalCents: "50", status: "SHIPPED", notes: "it's touched;" },
    ],
    [`select "customerTotal"('c1')::text as total`]: [{ total: "1300" }],
    [`select indexrelid::regclass::text as index from pg_index
      where indrelid = '"Order"'::regclass and indisvalid and not indisprimary`]: [
      { index: '"Order_customerId_placedAt_idx"' },
    ],
  },
};

formatSuite(SPEC);

const LOCK = 'provider = "postgresql"\n';

test.each([
  ["prisma/ with a schema beside", "prisma", "prisma/migrations", "prisma/schema.prisma"],
  ["prisma/ with several schema files", "prisma", "prisma/migrations", "prisma/models/a.prisma"],
  ["migrations among several schema files", "db", "db/schema/migrations", "db/schema/a.prisma"],
  ["the folder of the project", ".", "prisma/migrations", "prisma/schema.prisma"],
])("prisma is found below: %s", async (_, dir, migrations, schema) => {
  const { dir: root } = await project({
    files: {
      [schema]: "",
      [`${migrations}/migration_lock.toml`]: LOCK,
      [`${migrations}/2_b/migration.sql`]: "",
      [`${migrations}/1_a/migration.sql`]: "",
    },
  });
  const set = await readSource([dir], { cwd: root, env: {} });
  expect(set.format).toBe("prisma");
  expect(set.migrations.map(({ id, up: { path } }) => [id, path])).toEqual([
    ["1_a", `${migrations}/1_a/migration.sql`],
    ["2_b", `${migrations}/2_b/migration.sql`],
  ]);
});

test("prisma without its lock file is known by its names, and drizzle's are not its", async () => {
  const { dir } = await project({
    files: {
      "m/20240101000000_a/migration.sql": "",
      "d/20240101000000_a/migration.sql": "",
      "d/20240101000000_a/snapshot.json": "{}",
    },
  });
  expect(prisma.detect(openFolder([join(dir, "m")], dir))).toEqual({
    strength: "name",
    sign: "the name `20240101000000_a/migration.sql`",
  });
  expect(prisma.detect(openFolder([join(dir, "d")], dir))).toBeUndefined();
});

test("prisma's order is that of its names as text, as Prisma compares them", async () => {
  const longest = `20240101000000_${"é".repeat(120)}`;
  expect(Buffer.byteLength(longest)).toBe(255);
  const { dir } = await project({
    files: {
      ...Object.fromEntries(
        [longest, "20240101000000_Add", "20240101000000_add", "20240101_x", "0_init"].map(
          (name) => [`${name}/migration.sql`, "select 1;"],
        ),
      ),
      "README.md": "",
      "stray.sql": "",
      "20240102000000_gone/keep/.gitkeep": "",
    },
  });
  rmSync(join(dir, "20240102000000_gone/keep"), { recursive: true });
  const { migrations } = await readSource([dir], { cwd: dir, env: {}, format: "prisma" });
  expect(migrations.map(({ version }) => version)).toEqual([
    "0_init",
    "20240101_x",
    "20240101000000_add",
    "20240101000000_Add",
    longest,
  ]);
});

test.each<[string, Record<string, string | Buffer>, string, FailureInit["class"]]>([
  [
    "a folder without its file",
    { "1_a/notes.md": "" },
    "The folder `1_a` has no file `migration.sql`.",
    "file.invalid",
  ],
  [
    "a folder where the file should be",
    { "1_a/migration.sql/x.sql": "" },
    "The folder `1_a` has no file `migration.sql`.",
    "file.invalid",
  ],
  [
    "migrations for another database",
    { "migration_lock.toml": 'provider = "mysql"' },
    "`migration_lock.toml` says that these migrations are for `mysql`.",
    "file.invalid",
  ],
  [
    "a lock file without a provider",
    { "migration_lock.toml": "<<<<<<< HEAD" },
    "`migration_lock.toml` names no provider.",
    "file.invalid",
  ],
  [
    "another encoding",
    { "1_a/migration.sql": Buffer.from("select 'caf\xe9';", "latin1") },
    "`1_a/migration.sql` is not UTF-8: line 1 has bytes of another encoding.",
    "file.encoding",
  ],
])("prisma refuses %s", async (_, files, what, kind) => {
  const { dir } = await project({
    files: { "migration_lock.toml": LOCK, "0_ok/migration.sql": "", ...files },
  });
  await expect(readSource([dir], { cwd: dir, env: {} })).rejects.toMatchObject({
    class: kind,
    what,
  });
});

test("prisma refuses one migration in two folders", async () => {
  const { dir } = await project({
    files: { "a/1_x/migration.sql": "select 1;", "b/1_x/migration.sql": "select 2;" },
  });
  const reading = readSource(["a", "b"], { cwd: dir, env: {}, format: "prisma" });
  await expect(reading).rejects.toMatchObject({
    class: "file.duplicate",
    what: "`a/1_x/migration.sql` and `b/1_x/migration.sql` are both the migration `1_x`.",
  });
});

test("prisma's checksums are those of either kind of line endings, and of old versions", () => {
  const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
  const unix = "select 'é';\nselect 1;\n";
  const windows = unix.replaceAll("\n", "\r\n");
  for (const bytes of [unix, windows].map((text) => Buffer.from(text))) {
    expect(checksumsOf(bytes)).toContain(sha(unix));
    expect(checksumsOf(bytes)).toContain(sha(windows));
    expect(checksumsOf(bytes)[0]).toBe(sha(bytes.toString()));
  }
  const old = Buffer.from(sha(unix), "hex").reduce((sum, byte) => sum + byte.toString(16), "");
  expect(old.length).toBeLessThan(64);
  expect(checksumsOf(Buffer.from(windows))).toContain(old);
  expect(checksumsOf(Buffer.from(`${unix} `))).not.toContain(sha(unix));
});

test("prisma's rows are applied, failed or rolled back", async () => {
  await using db = await freshDatabase();
  const history = prisma.history!;
  await db.admin.query("create schema shop");
  const table = { schema: "shop", name: "_prisma_migrations" };
  for (const sql of history.create(table)) await db.admin.query(sql);
  const row = (id: string, name: string, columns: string): Promise<unknown> =>
    db.admin.query(`insert into shop._prisma_migrations
      (id, checksum, migration_name, started_at, finished_at, rolled_back_at, logs)
      values ('${id}', 'abc', '${name}', ${columns})`);
  await row("1", "1_a", "'2026-01-01 10:00Z', null, '2026-01-01 11:00Z', 'ERROR: no'");
  await row("2", "1_a", "'2026-01-01 12:00Z', '2026-01-01 12:00:01.5Z', null, null");
  await row("3", "2_b", "'2026-01-01 13:00Z', null, null, 'ERROR: column'");
  // Another tool's table of the same name.
  await db.admin.query("create schema other");
  await db.admin.query("create table other._prisma_migrations (id int, migration_name text)");
  const [found, ...others] = await history.find(asReader(db));
  expect([found, others]).toMatchObject([table, []]);
  const rows = await history.read(asReader(db), found!);
  expect(rows.map(({ key, state, note }) => [key, state, note])).toEqual([
    ["1_a", "rolled-back", "ERROR: no"],
    ["1_a", "applied", undefined],
    ["2_b", "failed", "ERROR: column"],
  ]);
  expect(rows[1]).toMatchObject({ appliedAt: "2026-01-01T12:00:01.500000Z", durationMs: 1500 });
  expect(await history.locks(asReader(db), table)).toEqual([{ kind: "advisory", key: 72707369n }]);
});

test("prisma's row is written and taken back as Prisma does it", async () => {
  await using db = await freshDatabase();
  const history = prisma.history!;
  const { migrations } = await read(SPEC, join(import.meta.dirname, SPEC.dir), "prisma");
  await writeTheirs(db, prisma, migrations.slice(0, 2));
  const rows = `select length(id) as id, checksum, migration_name, logs, rolled_back_at is null as there,
    applied_steps_count, (finished_at - started_at)::text as took from _prisma_migrations order by migration_name`;
  const written = (index: number, there: boolean): Record<string, unknown> => ({
    id: 36,
    checksum: createHash("sha256").update(migrations[index]!.up.bytes).digest("hex"),
    migration_name: migrations[index]!.id,
    logs: null,
    there,
    applied_steps_count: 1,
    took: "00:00:00.012",
  });
  expect(await db.admin.query(rows)).toEqual([written(0, true), written(1, true)]);
  const forget = history.forget(history.defaultTable, migrations[1]!, migrations[0]);
  for (const { text, values = [] } of forget) await db.admin.query(text, values);
  expect(await db.admin.query(rows)).toEqual([written(0, true), written(1, false)]);
  await writeTheirs(db, prisma, [migrations[1]!]);
  expect(history.inspect!(await history.read(asReader(db), history.defaultTable), [])).toEqual([]);
  await writeTheirs(db, prisma, [migrations[1]!]);
  expect(history.inspect!(await history.read(asReader(db), history.defaultTable), [])).toEqual([
    {
      kind: "twice",
      key: migrations[1]!.id,
      message: "Prisma has recorded `20240105101500_orders` 2 times.",
    },
  ]);
});

test("prisma: a file of several megabytes, and the down.sql beside one", async () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => `(${n}, '${"zoë; -- ".repeat(8)}')`);
  const big = `-- CreateTable\nCREATE TABLE "Big" (id INTEGER, text TEXT);\n\nINSERT INTO "Big" VALUES\n${rows.join(",\n")};\n`;
  expect(Buffer.byteLength(big)).toBeGreaterThan(1_500_000);
  const { dir } = await project({
    files: {
      "migration_lock.toml": LOCK,
      "1_small/migration.sql": 'CREATE TABLE "Small" ();',
      "2_big/migration.sql": big,
      "2_big/down.sql": '-- DropTable\nDROP TABLE "Big";\n',
    },
  });
  await using db = await freshDatabase();
  const options = await runnerOptions(SPEC, db, dir);
  expect((await up(options)).applied).toEqual(["1_small", "2_big"]);
  expect(await db.admin.query('select count(*)::int as n from "Big"')).toEqual([{ n: 20_000 }]);
  expect((await down(options, { count: 1 })).applied).toEqual(["2_big"]);
  expect(await db.admin.query(`select to_regclass('"Big"') as big`)).toEqual([{ big: null }]);
  await expect(down(options, { count: 1 })).rejects.toMatchObject({ class: "file.no_down" });
});
