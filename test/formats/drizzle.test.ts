/** Drizzle: a journal, breakpoints instead of semicolons, and a high-water mark for a history. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FailureInit } from "../../src/failures/failure.ts";
import { replaceBreakpoints } from "../../src/formats/drizzle/breakpoints.ts";
import { drizzle } from "../../src/formats/drizzle.ts";
import type { ForeignRow } from "../../src/formats/history.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { createSourceText } from "../../src/sql/source-text.ts";
import { adopt } from "../../src/takeover/adopt.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import {
  adoptOptions,
  asReader,
  formatSuite,
  read,
  writeTheirs,
  type FormatSpec,
} from "./harness.ts";
import { copyOf, runTool } from "./other-tool.ts";

const SPEC: FormatSpec = {
  format: "drizzle",
  dir: "drizzle/migrations",
  half: 5,
  ids: [
    "0000_init",
    "0001_touch",
    "0002_names",
    "0003_seed",
    "0004_nothing",
    "0005_indexes",
    "0006_shipped",
    "0007_own_block",
    "0008_prices",
    "0009_late_branch",
  ],
  results: {
    "select name, note, touched from customers order by id": [
      { name: 'Zoë; "the first"', note: "seen", touched: "it's; touched" },
      { name: "雪 -- not a comment", note: null, touched: null },
    ],
    "select status::text, placed::text from orders order by id": [
      { status: "new", placed: "2026-01-01" },
      { status: "shipped", placed: "2026-01-01" },
    ],
    "select label from prices order by code": [
      { label: "one; --> statement-breakpoint" },
      { label: "two" },
      { label: "a; --> statement-breakpoint in a string" },
    ],
    "select count(*)::int as valid from pg_index where indisvalid and indrelid = 'orders'::regclass":
      [{ valid: 3 }],
    "select total(1)::int as total": [{ total: 1250 }],
  },
  async applyHalf(db, dir) {
    const copy = await copyOf(dir, () => true);
    cutJournal(copy, 5);
    await migrate(db, copy);
  },
};

formatSuite(SPEC);

const DIR = join(import.meta.dirname, SPEC.dir);
const JOURNAL = "meta/_journal.json";
const MIGRATE = `
  import pg from "pg";
  import { drizzle } from "drizzle-orm/node-postgres";
  import { migrate } from "drizzle-orm/node-postgres/migrator";
  const client = new pg.Client({ connectionString: process.env.URL });
  await client.connect();
  try {
    await migrate(drizzle(client), { migrationsFolder: process.env.FOLDER });
  } finally {
    await client.end();
  }
`;

/** Drizzle's own; its packages are found from the folder of this repository. */
async function migrate(db: TestDatabase, folder: string): Promise<void> {
  const root = join(import.meta.dirname, "../..");
  const args = ["--input-type=module", "-e", MIGRATE];
  await runTool(process.execPath, args, root, { URL: db.url, FOLDER: folder });
}

function cutJournal(dir: string, count: number): void {
  const path = join(dir, JOURNAL);
  const journal = JSON.parse(readFileSync(path, "utf8")) as { entries: unknown[] };
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }));
}

function journal(...entries: readonly (readonly [tag: string, when: number])[]): string {
  const list = entries.map(([tag, when], idx) => ({ idx, version: "7", when, tag }));
  return JSON.stringify({ version: "7", dialect: "postgresql", entries: list });
}

function tables(...tags: readonly string[]): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [`${tag}.sql`, `create table t${tag} ();`]));
}

test("what drizzle has applied is read as applied, with its hashes", async () => {
  await using db = await freshDatabase();
  await SPEC.applyHalf!(db, DIR);
  const history = drizzle.history!;
  const [table, ...others] = await history.find(asReader(db));
  expect([table, others]).toMatchObject([history.defaultTable, []]);
  const { migrations } = await read(SPEC, DIR);
  const rows = await history.read(asReader(db), table!);
  expect(rows.map(({ key, checksum }) => [key, checksum])).toEqual(
    migrations.slice(0, 5).map(({ theirs }) => [theirs!.key, theirs!.checksums!()[0]]),
  );
  expect(history.expand!(rows, migrations)).toBe(rows);
  expect(history.inspect!(rows, migrations)).toEqual([]);
  expect(await history.locks(asReader(db), table!)).toEqual([]);
});

test("drizzle takes what is recorded here for applied", async () => {
  await using db = await freshDatabase();
  const history = drizzle.history!;
  const { migrations } = await read(SPEC, DIR);
  await writeTheirs(db, drizzle, migrations);
  await migrate(db, DIR);
  const counts = `select (select count(*)::int from drizzle.__drizzle_migrations) as rows,
    (select count(*)::int from pg_class where relnamespace = 'public'::regnamespace) as made`;
  expect(await db.admin.query(counts)).toEqual([{ rows: migrations.length, made: 0 }]);
  const forget = history.forget(history.defaultTable, migrations.at(-1)!, undefined);
  for (const { text, values = [] } of forget) await db.admin.query(text, values);
  expect(await db.admin.query(counts)).toEqual([{ rows: migrations.length - 1, made: 0 }]);
});

test("what drizzle has passed over, and what it has run twice, is found", async () => {
  const whole = journal(["0_a", 10], ["1_b", 200], ["2_c", 100]);
  const { dir, write } = await project({
    files: { [JOURNAL]: whole, ...tables("0_a", "1_b", "2_c") },
  });
  const { migrations } = await read(SPEC, dir);
  await using db = await freshDatabase();
  cutJournal(dir, 2);
  await migrate(db, dir);
  await write(JOURNAL, whole);
  // It says that all is well.
  await migrate(db, dir);
  expect(await db.admin.query("select to_regclass('t2_c') as c")).toEqual([{ c: null }]);
  await db.admin.query(
    "insert into drizzle.__drizzle_migrations (hash, created_at) select hash, created_at from drizzle.__drizzle_migrations where created_at = 10",
  );
  const history = drizzle.history!;
  const rows = await history.read(asReader(db), history.defaultTable);
  const found = history.inspect!(rows, migrations);
  expect(found.map(({ kind, key }) => [kind, key])).toEqual([
    ["skipped", "100"],
    ["twice", "10"],
  ]);
  expect(found[0]!.message).toContain("Drizzle passed over `2_c` and never ran it");
  expect(found[0]!.message).toContain("`lockstep up` applies it");
  expect(found[1]!.message).toContain("2 times");
  const options = await adoptOptions(SPEC, db, dir);
  const result = await adopt({ ...options, dryRun: true }, { by: "somebody", why: "a test" });
  expect(result.entries.map(({ id, state }) => [id, state])).toEqual([
    ["0_a", "twice"],
    ["1_b", "applied"],
    ["2_c", "skipped"],
  ]);
});

test("drizzle's rows are found by their hash when `when` was corrected, else they have no label", async () => {
  const { dir } = await project({
    files: { [JOURNAL]: journal(["0_a", 10], ["1_b", 500]), ...tables("0_a", "1_b") },
  });
  const { migrations } = await read(SPEC, dir);
  const history = drizzle.history!;
  const row = (key: string, text: string): ForeignRow => ({
    key,
    checksum: createHash("sha256").update(text).digest("hex"),
    state: "applied",
    appliedAt: null,
    appliedBy: null,
    durationMs: null,
  });
  const rows = [row("10", "edited"), row("200", "create table t1_b ();"), row("300", "gone")];
  expect(history.expand!(rows, migrations).map(({ key }) => key)).toEqual(["10", "500", "300"]);
  expect(history.inspect!(rows, migrations)).toEqual([]);
});

test("drizzle's table is found in any schema, and only its own", async () => {
  await using db = await freshDatabase();
  const history = drizzle.history!;
  const table = { schema: "shop", name: "__drizzle_migrations" };
  for (const sql of history.create(table)) await db.admin.query(sql);
  await db.admin.query("create table __drizzle_migrations (id int, hash text)");
  expect((await history.find(asReader(db))).map(({ schema }) => schema)).toEqual(["shop"]);
});

test.each([
  ["select 1;--> statement-breakpoint\nselect 2", "select 1;\n\nselect 2"],
  ["select 1\n--> statement-breakpoint\nselect 2;", "select 1\n\n;\nselect 2;"],
  ["select 1 -- a; --> statement-breakpoint\nselect 2", "select 1 -- a; \n;\nselect 2"],
  ["select 1 --> statement-breakpoint select 2", "select 1 \n; select 2"],
  ["select '--> statement-breakpoint'", "select '--> statement-breakpoint'"],
  ["$$ --> statement-breakpoint $$", "$$ --> statement-breakpoint $$"],
  ["a --> statement-breakpoint b--> statement-breakpoint", "a \n; b\n;"],
  ["--> statement-breakpoint\n-- c\n--> statement-breakpoint", "\n\n-- c\n\n"],
])("drizzle's breakpoints in %j", (text, expected) => {
  const bytes = Buffer.from(text);
  const pieces = replaceBreakpoints(bytes, [{ start: 0, end: bytes.length }]);
  expect(createSourceText(bytes, pieces).bytes.toString()).toBe(expected);
});

const entriesOf = (...entries: readonly object[]): string =>
  JSON.stringify({ dialect: "postgresql", entries });

test.each<[string, Record<string, string | Buffer>, string, FailureInit["class"]]>([
  [
    "a journal that is not JSON",
    { [JOURNAL]: "<<<<<<< HEAD" },
    "`meta/_journal.json` is not JSON.",
    "file.invalid",
  ],
  [
    "another database",
    { [JOURNAL]: '{"dialect":"sqlite","entries":[]}' },
    "`meta/_journal.json` says that these migrations are for `sqlite`.",
    "file.invalid",
  ],
  ["no entries", { [JOURNAL]: "null" }, "`meta/_journal.json` has no `entries`.", "file.invalid"],
  [
    "an entry without a tag",
    { [JOURNAL]: entriesOf({ idx: 0, when: 1 }) },
    "Entry 0 of `meta/_journal.json` has no `tag` or no `when`.",
    "file.invalid",
  ],
  [
    "a tag without a file",
    { [JOURNAL]: journal(["0000_a", 1]) },
    "The journal has `0000_a`, and there is no file `0000_a.sql`.",
    "file.invalid",
  ],
  [
    "a time twice",
    { [JOURNAL]: journal(["a", 1], ["b", 1]), ...tables("a", "b") },
    "`a` and `b` both have `when` 1 in `meta/_journal.json`.",
    "file.duplicate",
  ],
  [
    "a tag twice",
    { [JOURNAL]: journal(["a", 1], ["a", 2]), ...tables("a") },
    "`meta/_journal.json` has two entries for `a`.",
    "file.duplicate",
  ],
  [
    "a folder where a file is expected",
    { [JOURNAL]: journal(["0000_a", 1]), "0000_a.sql/x": "" },
    "The journal has `0000_a`, and there is no file `0000_a.sql`.",
    "file.invalid",
  ],
  [
    "another encoding",
    { [JOURNAL]: journal(["a", 1]), "a.sql": Buffer.from("select 'caf\xe9';", "latin1") },
    "`a.sql` is not UTF-8: line 1 has bytes of another encoding.",
    "file.encoding",
  ],
])("drizzle refuses %s", async (_, files, what, kind) => {
  const { dir } = await project({ files });
  await expect(readSource([dir], { cwd: dir, env: {} })).rejects.toMatchObject({
    class: kind,
    what,
  });
});

test("drizzle without its journal, and with two", async () => {
  const { dir } = await project({
    files: { "a/0000_a.sql": "", [`b/${JOURNAL}`]: journal(), [`c/${JOURNAL}`]: journal() },
  });
  const reading = (...dirs: string[]): Promise<unknown> =>
    readSource(dirs, { cwd: dir, env: {}, format: "drizzle" });
  await expect(reading("a")).rejects.toMatchObject({
    class: "file.invalid",
    what: "The folder `a` has no `meta/_journal.json`.",
  });
  await expect(reading("b", "c")).rejects.toMatchObject({
    class: "file.duplicate",
    what: "`b/meta/_journal.json` and `c/meta/_journal.json` are two journals.",
  });
});
