/** graphile-migrate: a chain of committed files, with placeholders from `.gmrc`. */
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
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

const ENV = { APP_ROLE: "somebody" };

const spec: FormatSpec = {
  format: "graphile-migrate",
  dir: "graphile-migrate/migrations",
  half: 5,
  env: ENV,
  ids: [
    "000001-accounts",
    "000002",
    "000003-emails",
    "000004-status",
    "000005-greeting_2",
    "000006-closed",
    "000007-countries",
    "000008-two-indexes",
    "000009-windows",
    "000010-edited",
  ],
  results: {
    "select email, status::text from app.accounts order by id": [
      { email: "closed@example.com", status: "closed" },
      { email: "two\r\nlines", status: "new" },
      { email: "it's; Tante Emma@example.com", status: "open" },
    ],
    "select name from app.countries order by code": [
      { name: 'Österreich; "Republik"' },
      { name: ":APP_TITLE" },
      { name: "Italia" },
    ],
    "select app.greeting('Zoë')": [{ greeting: "Grüße; Zoë" }],
    "select replace(obj_description('app'::regnamespace), current_database(), 'here') as comment": [
      { comment: "Tante Emma in here; :UNKNOWN stays" },
    ],
    "select relname from pg_class where relname ~ '^(countries|accounts)_(name|upper|lower)' order by 1":
      [
        { relname: "accounts_lower_email" },
        { relname: "countries_name" },
        { relname: "countries_upper" },
      ],
  },
  applyHalf: (db, dir) => runReal(db, dir, spec.half, "migrate").then(() => undefined),
};

formatSuite(spec);

const DIR = join(import.meta.dirname, spec.dir);
const format = formatNamed(spec.format);

/** The real tool with the first `count` files. */
async function runReal(
  db: TestDatabase,
  dir: string,
  count: number,
  command: string,
): Promise<string> {
  const cwd = await copyOf(dirname(dir), () => true);
  for (const id of spec.ids.slice(count)) await rm(join(cwd, `migrations/committed/${id}.sql`));
  const root = db.url.replace(/\/[^/]*$/, "/template1");
  const env = { DATABASE_URL: db.url, ROOT_DATABASE_URL: root, ...ENV };
  return runTool("graphile-migrate", [command], cwd, env);
}

describe("beside the real tool", () => {
  test("what it has applied is read from its history, and its schema is ours", async () => {
    await using theirs = await freshDatabase();
    await using ours = await freshDatabase();
    await spec.applyHalf!(theirs, DIR);
    const { migrations } = await read(spec, DIR, spec.format);
    const first = migrations.slice(0, spec.half);
    const [table, ...others] = await format.history!.find(asReader(theirs));
    expect(others).toEqual([]);
    const rows = await format.history!.read(asReader(theirs), table!);
    expect(rows.map(({ key, state }) => [key, state])).toEqual(
      first.map((one) => [one.theirs!.key, "applied"]),
    );
    const options = await runnerOptions(spec, ours, DIR);
    await up({
      ...options,
      source: async () => {
        const set = await options.source();
        return { ...set, migrations: set.migrations.slice(0, spec.half) };
      },
    });
    // The comment has the name of the database.
    for (const db of [ours, theirs]) await db.admin.query("comment on schema app is null");
    expect(await schemaOf(ours, format)).toBe(await schemaOf(theirs, format));
    await expectNoLeftovers(theirs);
  });

  test("what we have recorded is applied for it", async () => {
    await using db = await freshDatabase();
    const { migrations } = await read(spec, DIR, spec.format);
    await up(await runnerOptions(spec, db, DIR));
    await writeTheirs(db, format, migrations);
    expect(await runReal(db, DIR, spec.ids.length, "migrate")).toContain("Already up to date");
    await expectResults(spec, db);
  });
});
