/** Knex: modules on a query builder, which runs on our session. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failures/failure.ts";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { down } from "../../src/runner/down.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { up } from "../../src/runner/up.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import {
  asReader,
  formatSuite,
  read,
  runnerOptions,
  writeTheirs,
  type FormatSpec,
} from "./harness.ts";

const ROOT = join(import.meta.dirname, "../..");
const { history } = formatNamed("knex");

const SPEC: FormatSpec = {
  format: "knex",
  dir: "knex/project/migrations",
  half: 5,
  ids: [
    "20240101090000_customers",
    "20240102090000_orders",
    "20240103090000_functions",
    "20240104090000_indexes",
    "20240105090000_counts",
    "20240106090000_savepoints",
    "20240107090000_enum_value",
    "20240108090000_typed",
    "9_last_by_name",
  ],
  results: {
    "select nick_name, extras, phone_number from customers order by nick_name": [
      { nick_name: "Ann", extras: { vip: true }, phone_number: null },
      { nick_name: 'Zoë; "the first"', extras: {}, phone_number: null },
    ],
    "select status::text, total, order_count(customer_id)::int as n from orders": [
      { status: "sent", total: "12.50", n: 1 },
    ],
    "select indexrelid::regclass::text as name from pg_index where indisvalid and indrelid = 'orders'::regclass order by 1":
      [
        { name: "orders_customerid_index" },
        { name: "orders_pkey" },
        { name: "orders_status" },
        { name: "orders_total" },
      ],
    "select updated, sum, row_count, vips from counts": [
      { updated: 1, sum: 42, row_count: 1, vips: 1 },
    ],
    "select line from notes": [{ line: "kept" }, { line: "from a file with CRLF" }],
  },
  async applyHalf(db, dir) {
    await inCopy(dirname(dir), async (copy) => {
      for (let step = 0; step < SPEC.half; step++) await runKnex(copy, db, "migrate:up");
    });
  },
};

formatSuite(SPEC);

describe("with Knex itself", () => {
  test("what it has applied is read", async () => {
    await using db = await freshDatabase();
    const dir = join(import.meta.dirname, SPEC.dir);
    await SPEC.applyHalf!(db, dir);
    const { migrations } = await read(SPEC, dir);
    const [table, ...others] = await history!.find(asReader(db));
    expect(others).toEqual([]);
    const rows = history!.expand!(await history!.read(asReader(db), table!), migrations);
    expect(rows.map(({ key, state }) => [key, state])).toEqual(
      migrations.slice(0, SPEC.half).map(({ theirs }) => [theirs!.key, "applied"]),
    );
    expect(rows[0]!.appliedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await history!.locks(asReader(db), table!)).toHaveLength(1);
  });

  test("what is recorded here is applied to it", async () => {
    await using theirs = await freshDatabase();
    await using ours = await freshDatabase();
    const dir = join(import.meta.dirname, SPEC.dir);
    const { migrations } = await read(SPEC, dir);
    await up(await runnerOptions(SPEC, ours, dir));
    await writeTheirs(ours, formatNamed("knex"), migrations);
    await inCopy(dirname(dir), async (copy) => {
      expect(await runKnex(copy, ours, "migrate:up")).toContain("Already up to date");
      await runKnex(copy, theirs, "migrate:up");
      expect(await tablesOf(ours)).toEqual(await tablesOf(theirs));
      // The newest is a batch of its own.
      expect(await runKnex(copy, ours, "migrate:rollback")).toContain("1 migrations");
    });
  });

  test("its lock is taken and given back as a row", async () => {
    await using db = await freshDatabase();
    for (const sql of history!.create(history!.defaultTable)) await db.admin.query(sql);
    const [lock] = await history!.locks(asReader(db), history!.defaultTable);
    if (lock?.kind !== "row") throw new Error("no row lock");
    const isLocked = (): Promise<unknown> =>
      db.admin.query("select is_locked from public.knex_migrations_lock");
    await db.admin.query(lock.take);
    expect(await isLocked()).toEqual([{ is_locked: 1 }]);
    await db.admin.query(lock.release);
    expect(await isLocked()).toEqual([{ is_locked: 0 }]);
  });
});

test("`down` takes everything back", async () => {
  await using db = await freshDatabase();
  const options = await runnerOptions(SPEC, db, join(import.meta.dirname, SPEC.dir));
  await up(options);
  const { applied } = await down(options, { count: SPEC.ids.length });
  expect(applied).toEqual(SPEC.ids.toReversed());
  const left = await db.admin.query(
    "select to_regclass('customers') as a, to_regclass('orders') as b",
  );
  expect(left).toEqual([{ a: null, b: null }]);
});

test("what was applied from compiled files is known", () => {
  const row = {
    key: "1_a.js",
    state: "applied" as const,
    checksum: null,
    appliedAt: null,
    appliedBy: null,
    durationMs: null,
  };
  const migration = { id: "1_a", theirs: { key: "1_a.ts" } };
  expect(history!.expand!([row], [migration as never])).toMatchObject([{ key: "1_a.ts" }]);
});

test.each([
  ["exports.up = async function (knex) {};", "knex"],
  ["exports.up = knex => knex.raw('select 1');", "knex"],
  ["export const up = async (k: Knex): Promise<void> => {};", "knex"],
  ["/** @param { import('knex').Knex } db */\nexports.up = (db) => {};", "knex"],
  ["import knex from 'knex';\nexport async function up(db) {}", "native"],
  ["export async function up(db) { /* as in knex */ }", "native"],
])("%s", async (code, format) => {
  await inFolder({ "1_a.ts": code }, async (dir) => {
    expect((await readSource([dir], { cwd: dir, env: {} })).format).toBe(format);
  });
});

const DOWN = "export const down = () => undefined;\n";

describe("what is wrong is said, and nothing is done", () => {
  test.each<[name: string, files: Readonly<Record<string, string>>, says: RegExp]>([
    [
      "two languages",
      { "1_a.js": `export const up = (knex) => 1;${DOWN}`, "1_a.ts": DOWN },
      /`1_a\.js` and `1_a\.ts` are the same migration/,
    ],
    [
      "CoffeeScript",
      { "1_a.js": `export const up = (knex) => 1;${DOWN}`, "2_b.coffee": "" },
      /`2_b\.coffee` is in a language that only Knex loads/,
    ],
    [
      "an import that is not there",
      { "1_a.js": `import "./none.js"; export const up = (knex) => 1;${DOWN}` },
      /imports `\.\/none\.js`/,
    ],
    ["encoding", { "1_a.js": "export const up = (knex) => '\xff';" }, /is not UTF-8/],
  ])("in the folder: %s", async (_name, files, says) => {
    await inFolder(
      files,
      (dir) => expect(readSource([dir], { cwd: dir, env: {} })).rejects.toThrow(says),
      "latin1",
    );
  });

  test.each<[name: string, code: string, says: RegExp]>([
    ["no up", "// up(knex)\n", /does not export `up`/],
    ["a syntax error", "export const up = (knex) => {{;\n", /cannot be loaded/],
    [
      "COMMIT by hand",
      "export const up = (knex) => knex.raw('commit');\n",
      /controls the transaction/,
    ],
    [
      "trx.commit",
      "export const up = async (knex) => { await knex.commit(); };\n",
      /controls the transaction/,
    ],
    [
      "reads without a transaction",
      "export const config = { transaction: false };\nexport const up = (knex) => knex('t').select();\n",
      /reads from the database \(`select \* from "t"`\)/,
    ],
    [
      "hasTable without a transaction",
      "export const config = { transaction: false };\nexport const up = (knex) => knex.schema.hasTable('t');\n",
      /reads from the database/,
    ],
    [
      "rows of raw without a transaction",
      "export const config = { transaction: false };\nexport const up = async (knex) => { const { rows } = await knex.raw('select 1'); };\n",
      /reads from the database \(`select 1`\)/,
    ],
    [
      "computed config",
      "const no = false;\nexport const config = { transaction: no };\nexport const up = (knex) => knex.raw('select 1');\n",
      /only be seen by running it/,
    ],
    [
      "config that is text only",
      "// config = { transaction: false }\nexport const up = (knex) => knex.raw('select 1');\n",
      /does not export it/,
    ],
    [
      "an error of the server",
      "export const up = (knex) => knex('none').insert({ a: 1 });\n",
      /"none" does not exist/,
    ],
    [
      "a stream",
      "export const up = async (knex) => { for await (const row of knex('pg_class').stream()) break; };\n",
      /streams? /,
    ],
  ])("in a file: %s", async (_name, code, says) => {
    await using db = await freshDatabase();
    const error = await failureOf(db, { "1_a.js": code + DOWN });
    expect(error.what).toMatch(says);
    expect(error.location?.file).toBe("1_a.js");
    expect(await history!.find(asReader(db))).toEqual([]);
    await expectNoLeftovers(db);
  });

  test("Knex is not installed", async () => {
    await using db = await freshDatabase();
    const files = { "1_a.js": `export const up = (knex) => knex.raw('select 1');\n${DOWN}` };
    expect((await failureOf(db, files, false)).what).toMatch(
      /the package `knex`, which is not installed/,
    );
  });

  test("a hook in the knexfile", async () => {
    await using db = await freshDatabase();
    const error = await failureOf(db, {
      "1_a.js": `export const up = (knex) => knex.raw('select 1');\n${DOWN}`,
      "knexfile.cjs": "module.exports = { client: 'pg', migrations: { beforeEach() {} } };",
    });
    expect(error.what).toMatch(/has the hook `migrations\.beforeEach`/);
  });
});

async function failureOf(
  db: TestDatabase,
  files: Readonly<Record<string, string>>,
  installed = true,
): Promise<Failure> {
  const error: unknown = await inFolder(files, async (dir) => {
    if (installed) symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    const options: RunnerOptions = {
      target: await resolveTarget({ url: db.url, env: {} }),
      source: () => readSource([dir], { cwd: dir, env: {}, format: "knex" }),
      settings: { ...DEFAULT_SETTINGS, connectWaitMs: 0, historySchema },
    };
    return up(options);
  }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

async function inFolder<T>(
  files: Readonly<Record<string, string>>,
  run: (dir: string) => Promise<T>,
  encoding: BufferEncoding = "utf8",
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "knex-"));
  try {
    writeFileSync(join(dir, "package.json"), '{ "type": "module" }');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text, encoding);
    }
    return await run(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function inCopy(project: string, run: (dir: string) => Promise<void>): Promise<void> {
  await inFolder({}, async (dir) => {
    cpSync(project, dir, { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    await run(dir);
  });
}

async function runKnex(dir: string, db: TestDatabase, command: string): Promise<string> {
  const bin = join(ROOT, "node_modules/.bin/knex");
  const { stdout } = await promisify(execFile)(bin, [command, "--knexfile", "knexfile.cjs"], {
    cwd: dir,
    env: { PATH: process.env["PATH"], HOME: dir, FIXTURE_DATABASE_URL: db.url },
  });
  return stdout;
}

function tablesOf(db: TestDatabase): Promise<unknown[]> {
  return db.admin.query(
    `select table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
     from information_schema.columns where table_name like 'knex_migrations%'
     order by table_name, ordinal_position`,
  );
}
