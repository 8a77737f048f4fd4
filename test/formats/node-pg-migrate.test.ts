/** node-pg-migrate: SQL with markers, and modules that write SQL with a builder. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { up } from "../../src/runner/up.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import {
  asReader,
  expectResults,
  formatSuite,
  read,
  runnerOptions,
  schemaOf,
  writeTheirs,
  type FormatSpec,
} from "./harness.ts";
import { copyOf, runTool } from "./other-tool.ts";

const spec: FormatSpec = {
  format: "node-pg-migrate",
  dir: "node-pg-migrate/migrations",
  half: 6,
  ids: [
    "1_shop",
    "1700000000000_customers",
    // 17 digits are a time: 1700006400000.
    "20231115000000000_orders",
    "1700010000000_touch",
    "1700020000000_indexes",
    "1700030000000_greeting",
    "1700040000000_platinum",
    "1700050000000_countries",
    "1700060000000_two_transactions",
    "1700070000000_reports",
  ],
  results: {
    "select email, level::text, tags from shop.customers": [
      { email: "root@example.com", level: "platinum", tags: ["new", 'the "best"'] },
    ],
    "select name from countries order by code": [
      { name: 'Österreich; "Republik"' },
      { name: "France -- Up Migration" },
    ],
    "select note from audit_entries order by id": [{ note: "one" }, { note: "two" }],
    "select greeting('Zoë')": [{ greeting: "Hello; Zoë, it's -- not a comment" }],
    "select conname from pg_constraint where conrelid = 'shop.customers'::regclass and contype = 'c' order by 1":
      [
        { conname: "customers_chck_1" },
        { conname: "customers_chck_2" },
        { conname: "customers_tags_few" },
      ],
    "select indexrelid::regclass::text as name from pg_index where indrelid = 'orders'::regclass order by 1":
      [
        { name: "orders_customer_placed_index" },
        { name: "orders_pkey" },
        { name: "orders_total_index" },
        { name: "orders_total_text" },
      ],
  },
  applyHalf: (db, dir) => runReal(db, dir, "up", String(spec.half)),
};

formatSuite(spec);

const DIR = join(import.meta.dirname, spec.dir);
const format = formatNamed(spec.format);

async function runReal(db: TestDatabase, dir: string, ...args: readonly string[]): Promise<void> {
  await realOutput(db, dir, ...args);
}

async function realOutput(
  db: TestDatabase,
  dir: string,
  ...args: readonly string[]
): Promise<string> {
  const cwd = await copyOf(dir, (name) => name !== "README.md");
  const env = { DATABASE_URL: db.url };
  return runTool("node-pg-migrate", [...args, "--migrations-dir", "."], cwd, env);
}

describe("beside the real tool", () => {
  test("what it has applied is read from its history, and its schema is ours", async () => {
    await using theirs = await freshDatabase();
    await using ours = await freshDatabase();
    await spec.applyHalf!(theirs, DIR);
    const [table, ...others] = await format.history!.find(asReader(theirs));
    expect(others).toEqual([]);
    const rows = await format.history!.read(asReader(theirs), table!);
    expect(rows.map(({ key, state }) => [key, state])).toEqual(
      spec.ids.slice(0, spec.half).map((id) => [id, "applied"]),
    );
    const options = await runnerOptions(spec, ours, DIR);
    await up({
      ...options,
      source: async () => {
        const set = await read(spec, DIR, spec.format);
        return { ...set, migrations: set.migrations.slice(0, spec.half) };
      },
    });
    expect(await schemaOf(ours, format)).toBe(await schemaOf(theirs, format));
    await expectNoLeftovers(theirs);
  });

  test("what we have recorded is applied for it", async () => {
    await using db = await freshDatabase();
    const { migrations } = await read(spec, DIR, spec.format);
    await up(await runnerOptions(spec, db, DIR));
    await writeTheirs(db, format, migrations);
    expect(await realOutput(db, DIR, "up")).toContain("No migrations to run!");
    await expectResults(spec, db);
  });
});
