/** Drizzle 1.0: a folder for each migration, known by its name. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FailureInit } from "../../src/failures/failure.ts";
import { drizzleV1 } from "../../src/formats/drizzle-v1.ts";
import { drizzle } from "../../src/formats/drizzle.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { up } from "../../src/runner/up.ts";
import { adopt } from "../../src/takeover/adopt.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import {
  adoptOptions,
  asReader,
  formatSuite,
  read,
  runnerOptions,
  writeTheirs,
  type FormatSpec,
} from "./harness.ts";

const SPEC: FormatSpec = {
  format: "drizzle-v1",
  dir: "drizzle-v1/migrations",
  half: 5,
  ids: [
    "20250101000000_init",
    "20250102000000_touch",
    "20250103000000_names",
    "20250104000000_seed",
    "20250105000000_nothing",
    "20250106000000_indexes",
    "20250107000000_shipped",
    "20250108000000_own_block",
    "20250109000000_prices",
    "20250109000001_late_branch",
  ],
  results: {
    "select name, touched from customers order by id": [
      { name: 'Zoë; "the first"', touched: "it's; touched" },
      { name: "雪 -- not a comment", touched: null },
    ],
    "select status::text from orders order by id": [{ status: "new" }, { status: "shipped" }],
    "select total(1)::int as total": [{ total: 1250 }],
  },
};

formatSuite(SPEC);

const DIR = join(import.meta.dirname, SPEC.dir);

test("drizzle 1.0: its row, and that of a release candidate", async () => {
  const { migrations } = await read(SPEC, DIR);
  const history = drizzleV1.history!;
  await using db = await freshDatabase();
  await writeTheirs(db, drizzleV1, migrations.slice(0, 1));
  const written = {
    hash: migrations[0]!.theirs!.checksums!()[0],
    created_at: String(Date.UTC(2025, 0, 1)),
    name: "20250101000000_init",
    at: "2026-01-02 03:04:05.678901",
  };
  const rows = `select hash, created_at::text, name, (applied_at at time zone 'UTC')::text as at from drizzle.__drizzle_migrations order by id`;
  expect(await db.admin.query(rows)).toEqual([written]);
  await db.admin.query("alter table drizzle.__drizzle_migrations add version integer");
  const [table] = await history.find(asReader(db));
  const facts = { appliedAt: null, durationMs: 1, by: "somebody" };
  for (const { text, values = [] } of history.record(table!, migrations[1]!, facts)) {
    await db.admin.query(text, values);
  }
  const versions = "select name, version from drizzle.__drizzle_migrations where version = 1";
  expect(await db.admin.query(versions)).toEqual([{ name: "20250102000000_touch", version: 1 }]);
  for (const { text, values = [] } of history.forget(table!, migrations[1]!, undefined)) {
    await db.admin.query(text, values);
  }
  expect(await db.admin.query(versions)).toEqual([]);
  await writeTheirs(db, drizzleV1, migrations.slice(0, 1));
  const twice = history.inspect!(await history.read(asReader(db), table!), migrations);
  expect(twice).toMatchObject([{ kind: "twice", key: "20250101000000_init" }]);
});

test("drizzle 1.0: rows from before it are matched by the second, then by the hash", async () => {
  const files = Object.fromEntries(
    ["20250101000000_a", "20250102000000_b", "20250102000000_c", "20250103000000_d"].flatMap(
      (name) => [
        [`${name}/migration.sql`, `create table t${name} ();`],
        [`${name}/snapshot.json`, "{}"],
      ],
    ),
  );
  const { dir } = await project({ files });
  const { migrations } = await read(SPEC, dir);
  const hashes = migrations.map(({ theirs }) => theirs!.checksums!()[0]!);
  await using db = await freshDatabase();
  const old = drizzle.history!;
  for (const sql of old.create(old.defaultTable)) await db.admin.query(sql);
  const insert = "insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)";
  const day = (number: number): string => String(Date.UTC(2025, 0, number) + 123);
  await db.admin.query(insert, ["edited", day(1)]);
  await db.admin.query(insert, [hashes[2]!, day(2)]);
  await db.admin.query(insert, [hashes[3]!, day(20)]);
  await db.admin.query(insert, ["gone", day(21)]);
  const rows = await old.read(asReader(db), old.defaultTable);
  const expected = ["20250101000000_a", "20250102000000_c", "20250103000000_d", day(21)];
  expect(old.expand!(rows, migrations).map(({ key }) => key)).toEqual(expected);
  expect(old.inspect!(rows, migrations)).toEqual([]);
  // The same when 1.0 has upgraded the table and found no name.
  await db.admin.query(
    "alter table drizzle.__drizzle_migrations add name text, add applied_at timestamptz",
  );
  const history = drizzleV1.history!;
  const [table] = await history.find(asReader(db));
  const upgraded = await history.read(asReader(db), table!);
  expect(history.expand!(upgraded, migrations).map(({ key }) => key)).toEqual(expected);
  expect(upgraded.map(({ label, appliedAt }) => [label, appliedAt])).toEqual(
    expected.map(() => [undefined, null]),
  );
  expect(await old.find(asReader(db))).toEqual([]);
});

test("drizzle 1.0: a table that it has not upgraded yet is adopted, and kept as it is", async () => {
  await using db = await freshDatabase();
  const { migrations } = await read(SPEC, DIR);
  const options = await runnerOptions(SPEC, db, DIR);
  const elsewhere = { ...options.settings, historySchema: "before the takeover" };
  await up({ ...options, settings: elsewhere }, { count: 4 });
  const old = drizzle.history!;
  for (const sql of old.create(old.defaultTable)) await db.admin.query(sql);
  const history = drizzleV1.history!;
  const [table, ...others] = await history.find(asReader(db));
  expect([table, others]).toMatchObject([{ schema: "drizzle", layout: "old" }, []]);
  const facts = { appliedAt: null, durationMs: 1, by: "somebody" };
  for (const migration of migrations.slice(0, 5)) {
    for (const { text, values = [] } of history.record(table!, migration, facts)) {
      await db.admin.query(text, values);
    }
  }
  for (const { text, values = [] } of history.forget(table!, migrations[4]!, migrations[3])) {
    await db.admin.query(text, values);
  }
  const { adopted } = await adopt(await adoptOptions(SPEC, db, DIR), { by: "a", why: "a test" });
  expect(adopted).toBe(4);
  expect((await up(options)).applied).toEqual(SPEC.ids.slice(4));
});

const OK = {
  "20250101000000_ok/migration.sql": "",
  "20250101000000_ok/snapshot.json": '{"dialect":"postgres"}',
};

test("drizzle 1.0 is not prisma, and folders without a migration are not its", async () => {
  const { dir } = await project({ files: { ...OK, "notes/a.md": "", "b.md": "" } });
  const set = await readSource([dir], { cwd: dir, env: {} });
  expect([set.format, set.migrations.length]).toEqual(["drizzle-v1", 1]);
});

test("drizzle 1.0 is known by its breakpoints where the snapshots were left out", async () => {
  const file = "20250101000000_ok/migration.sql";
  const formatOf = async (files: Record<string, string>): Promise<string> => {
    const { dir } = await project({ files });
    return (await readSource([dir], { cwd: dir, env: {} })).format;
  };
  const text = "select 1;--> statement-breakpoint\nselect 2;";
  expect(await formatOf({ [file]: text })).toBe("drizzle-v1");
  expect(await formatOf({ [file]: "select 1;" })).toBe("prisma");
  const lock = { "migration_lock.toml": 'provider = "postgresql"' };
  expect(await formatOf({ [file]: text, ...lock })).toBe("prisma");
});

test("drizzle 1.0: folders of one second are in the order in which Drizzle has them", async () => {
  const names = ["20250101000000_a2", "20250101000000_a_b", "20250101000000_B", "20250101000000_c"];
  const { dir } = await project({
    files: Object.fromEntries(names.map((name) => [`${name}/migration.sql`, "select 1;"])),
  });
  const set = await readSource([dir], { cwd: dir, env: {}, format: "drizzle-v1" });
  const order = names.toSorted((a, b) => a.localeCompare(b, "en"));
  expect(order[0]).toBe("20250101000000_a_b");
  expect(set.migrations.map(({ id }) => id)).toEqual(order);
});

test.each<[string, Record<string, string | Buffer>, string, FailureInit["class"]]>([
  [
    "a folder without its file",
    { "20250102000000_a/snapshot.json": "{}" },
    "The folder `20250102000000_a` has no file `migration.sql`.",
    "file.invalid",
  ],
  [
    "a folder where the file should be",
    { "20250102000000_a/migration.sql/x": "", "20250102000000_a/snapshot.json": "{}" },
    "The folder `20250102000000_a` has no file `migration.sql`.",
    "file.invalid",
  ],
  [
    "a name without a time",
    { "a/migration.sql": "" },
    "The name of the folder `a` does not begin with a time of 14 digits.",
    "file.invalid",
  ],
  [
    "another database",
    {
      "20240102000000_a/migration.sql": "",
      "20240102000000_a/snapshot.json": '{"dialect": "mysql"}',
    },
    "`20240102000000_a/snapshot.json` says that this migration is for `mysql`.",
    "file.invalid",
  ],
  [
    "another encoding",
    { "20250102000000_a/migration.sql": Buffer.from("select 'caf\xe9';", "latin1") },
    "`20250102000000_a/migration.sql` is not UTF-8: line 1 has bytes of another encoding.",
    "file.encoding",
  ],
])("drizzle 1.0 refuses %s", async (_, files, what, kind) => {
  const { dir } = await project({ files: { ...OK, ...files } });
  await expect(readSource([dir], { cwd: dir, env: {} })).rejects.toMatchObject({
    class: kind,
    what,
  });
});
