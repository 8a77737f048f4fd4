/**
 * sqlx: files like ours or golang-migrate's, told apart by one marker and by what is around them.
 * Where its command is on the PATH (`cargo install sqlx-cli`), it applies the first half itself.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import type { FailureInit } from "../../src/failures/failure.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { sqlx } from "../../src/formats/sqlx.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { asReader, formatSuite, read, writeTheirs, type FormatSpec } from "./harness.ts";
import { copyOf, runTool } from "./other-tool.ts";

const hasCommand = spawnSync("sqlx", ["--version"]).status === 0;
if (!hasCommand) console.log("skipped: what sqlx itself says, which is not on the PATH");

/** `sqlx migrate …` on a copy of the fixture with the versions up to `last`. */
async function runSqlx(
  db: TestDatabase,
  dir: string,
  last: number,
  ...args: readonly string[]
): Promise<string> {
  const copy = await copyOf(dir, (name) => !(Number.parseInt(name, 10) > last));
  return runTool("sqlx", ["migrate", ...args, "--source", copy, "--database-url", db.url], copy);
}

const SPEC: FormatSpec = {
  format: "sqlx",
  dir: "sqlx/migrations",
  // The next one has two concurrent indexes, which sqlx itself cannot run.
  half: 4,
  ids: [
    "0001_init",
    "2_touch_customers",
    "10_seed",
    "11_nothing_at_all",
    "12_indexes",
    "20240101000000_shipped",
    "20240102000000_own_block",
    "20240103000000_prices",
    "20240104000000_last",
  ],
  ...(hasCommand && {
    async applyHalf(db: TestDatabase, dir: string) {
      await runSqlx(db, dir, 11, "run");
    },
  }),
  results: {
    "select name from customers order by id": [{ name: "Zoë; one" }, { name: "雪 -- two" }],
    "select status::text, placed::text from orders": [{ status: "shipped", placed: "2026-01-01" }],
    "select label from prices": [{ label: "one; two" }],
    "select answer()": [{ answer: 42 }],
    "select count(*)::int as valid from pg_index where indisvalid and indrelid = 'orders'::regclass":
      [{ valid: 3 }],
  },
};

formatSuite(SPEC);

const DIR = join(import.meta.dirname, SPEC.dir);
test.skipIf(!hasCommand)("what sqlx has applied is read, with its checksums", async () => {
  await using db = await freshDatabase();
  await SPEC.applyHalf!(db, DIR);
  const history = sqlx.history!;
  const [table] = await history.find(asReader(db));
  const rows = await history.read(asReader(db), table!);
  const { migrations } = await read(SPEC, DIR);
  expect(rows.map(({ key, label, checksum }) => [key, label!.name, checksum])).toEqual(
    migrations
      .slice(0, SPEC.half)
      .map(({ name, theirs }) => [theirs!.key, name, theirs!.checksums!()[0]]),
  );
});

test.skipIf(!hasCommand)(
  "sqlx applies nothing where our rows say that all is applied",
  async () => {
    await using db = await freshDatabase();
    await writeTheirs(db, sqlx, (await read(SPEC, DIR)).migrations);
    const info = await runSqlx(db, DIR, Infinity, "info");
    expect(info.match(/\/installed /g)).toHaveLength(SPEC.ids.length);
    expect((await runSqlx(db, DIR, Infinity, "run")).trim()).toBe("");
    expect(await db.admin.query("select to_regclass('orders') as orders")).toEqual([
      { orders: null },
    ]);
  },
);

const SIMPLE = { "m/1_a.sql": "select 1;" };
const PAIR = { "m/1_a.up.sql": "select 1;", "m/1_a.down.sql": "select 1;" };
const CARGO = { "Cargo.toml": '[dependencies]\nsqlx = { version = "0.8" }\n' };

test.each<[string, string, Record<string, string>]>([
  ["the marker", "sqlx", { "m/1_a.sql": "-- no-transaction\nselect 1;" }],
  ["the marker below something", "native", { "m/1_a.sql": "\n-- no-transaction\nselect 1;" }],
  ["simple files alone", "native", SIMPLE],
  ["pairs alone", "golang-migrate", PAIR],
  ["Cargo.toml", "sqlx", { ...SIMPLE, ...CARGO }],
  ["pairs and Cargo.toml", "sqlx", { ...PAIR, ...CARGO }],
  ["a workspace", "sqlx", { ...SIMPLE, "Cargo.toml": "[dependencies]\nsqlx.workspace = true\n" }],
  ["a table", "sqlx", { ...SIMPLE, "Cargo.toml": "[workspace.dependencies.sqlx]\n" }],
  [
    "Cargo.toml without it",
    "native",
    { ...SIMPLE, "Cargo.toml": '[dependencies]\nsqlx-x = "1"\n' },
  ],
  ["`sqlx.toml`", "sqlx", { ...PAIR, "sqlx.toml": "" }],
  ["`.sqlx`", "sqlx", { ...SIMPLE, ".sqlx/query-1.json": "{}" }],
  ["files of ours", "native", { ...SIMPLE, ...CARGO, "m/R__v.sql": "select 1;" }],
  ["another tool's marker", "dbmate", { "m/1_a.sql": "-- migrate:up\nselect 1;", ...CARGO }],
  ["folders of Diesel", "diesel", { "m/1_a/up.sql": "select 1;", ...CARGO }],
])("sqlx: %s make a folder %s", async (_, format, files) => {
  const { dir } = await project({ files });
  expect((await readSource(["m"], { cwd: dir, env: {} })).format).toBe(format);
});

test("sqlx's project may be one folder further up, and no more", async () => {
  const { dir } = await project({ files: { ...CARGO, "db/m/1_a.sql": "", "a/db/m/1_a.sql": "" } });
  const formatOf = async (path: string): Promise<string> =>
    (await readSource([path], { cwd: dir, env: {} })).format;
  expect(await formatOf("db/m")).toBe("sqlx");
  expect(await formatOf("a/db/m")).toBe("native");
});

test.each<[string, Record<string, string | Buffer>, string, FailureInit["class"]]>([
  [
    "a version twice",
    { "1_b.up.sql": "" },
    "`01_a.sql` and `1_b.up.sql` both have version `1`.",
    "file.duplicate",
  ],
  [
    "a negative version",
    { "-2_b.sql": "" },
    "The version of `-2_b.sql` is negative.",
    "file.invalid",
  ],
  [
    "too great a version",
    { "9223372036854775808_b.sql": "" },
    "The version of `9223372036854775808_b.sql` is above 9223372036854775807, the greatest that sqlx knows.",
    "file.invalid",
  ],
  [
    "a name without a number",
    { "seed_data.sql": "" },
    "The name of `seed_data.sql` does not begin with a number, and sqlx stops at such a file.",
    "file.invalid",
  ],
  [
    "only the way down",
    { "2_b.down.sql": "" },
    "`2_b.down.sql` has no file for the way up.",
    "file.invalid",
  ],
  [
    "another encoding",
    { "2_b.sql": Buffer.from("select 'caf\xe9';", "latin1") },
    "`2_b.sql` is not UTF-8: line 1 has bytes of another encoding.",
    "file.encoding",
  ],
])("sqlx refuses %s", async (_, files, what, kind) => {
  const { dir } = await project({ files: { "01_a.sql": "-- no-transaction\n", ...files } });
  const reading = readSource([dir], { cwd: dir, env: {}, format: "sqlx" });
  await expect(reading).rejects.toMatchObject({ class: kind, what });
});

test("sqlx's checksums leave out what its settings say", async () => {
  const text = "select 'é; \t';\r\nselect 2;\r\n";
  const { dir } = await project({
    files: {
      "m/1_a.sql": text,
      "sqlx.toml": `[migrate]\nignored-chars = [" ", '\t', "\\r", "\\n", "]"] # and no more\n`,
    },
  });
  const { migrations } = await readSource(["m"], { cwd: dir, env: {}, format: "sqlx" });
  const sha = (one: string): string => createHash("sha384").update(one).digest("hex");
  expect(migrations[0]!.theirs!.checksums!()).toEqual([
    sha("select'é;';select2;"),
    sha(text),
    sha(text.replaceAll("\r\n", "\n")),
  ]);
});

test("sqlx's rows are written, read and taken back as it does", async () => {
  await using db = await freshDatabase();
  const history = sqlx.history!;
  const table = history.defaultTable;
  const { migrations } = await read(SPEC, DIR);
  await writeTheirs(db, sqlx, migrations.slice(1, 3));
  const sha = (text: Buffer): string => createHash("sha384").update(text).digest("hex");
  const rows = `select version::text, description, success, encode(checksum, 'hex') as checksum, execution_time::text as took from _sqlx_migrations t order by t.version`;
  const [touch, seed] = migrations.slice(1, 3).map(({ up }) => sha(up.bytes));
  expect(await db.admin.query(rows)).toEqual([
    {
      version: "2",
      description: "touch customers",
      success: true,
      checksum: touch,
      took: "12000000",
    },
    { version: "10", description: "seed", success: true, checksum: seed, took: "12000000" },
  ]);
  // The file has CRLF; a checkout elsewhere would not.
  const unix = Buffer.from(migrations[2]!.up.bytes.toString().replaceAll("\r\n", "\n"));
  expect(migrations[2]!.theirs!.checksums!()).toContain(sha(unix));
  await db.admin.query(
    "update _sqlx_migrations set success = false, execution_time = -1 where version = 10",
  );
  const read1 = await history.read(asReader(db), table);
  expect(read1).toMatchObject([
    {
      key: "2",
      label: { version: "2", name: "touch_customers" },
      state: "applied",
      durationMs: 12,
    },
    { key: "10", state: "failed", durationMs: null },
  ]);
  const [{ name }] = (await db.admin.query("select current_database() as name")) as [
    { name: string },
  ];
  const key = 0x3d32ad9en * BigInt(crc32(name));
  expect(await history.locks(asReader(db), table)).toEqual([{ kind: "advisory", key }]);
  for (const { text, values = [] } of history.forget(table, migrations[1]!, undefined)) {
    await db.admin.query(text, values);
  }
  expect(await db.admin.query("select version::int from _sqlx_migrations")).toEqual([
    { version: 10 },
  ]);
});
