/** Sqitch: a plan, scripts that psql runs, and a registry in which a change is a hash. */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failures/failure.ts";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { readSource } from "../../src/formats/read-source.ts";
import type { Migration, MigrationSet } from "../../src/migrations/migration.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { down } from "../../src/runner/down.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { up } from "../../src/runner/up.ts";
import { runCli } from "../support/cli.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import {
  asReader,
  expectResults,
  formatSuite,
  read,
  runnerOptions,
  type FormatSpec,
} from "./harness.ts";

const { history } = formatNamed("sqitch");
const SQITCH = sqitchCommand();
const WITHOUT = "sqitch is not installed here: `apt-get install sqitch`";
if (SQITCH === undefined) console.log(`skipped: ${WITHOUT}`);

const SPEC: FormatSpec = {
  format: "sqitch",
  dir: "sqitch/project",
  half: 8,
  ids: [
    "appschema",
    "users/table",
    "items",
    "item_indexes",
    "status",
    "motto",
    "functions",
    "count_items",
    "count_items#2",
    "two_transactions",
    "windows",
    "größe",
  ],
  results: {
    "select id, name, sizes, status::text, größe from shop.items order by id": [
      { id: 1, name: "Teapot :name", sizes: [1, 2], status: "new", größe: "Größe in €" },
      { id: 2, name: null, sizes: [3], status: "sold", größe: "Größe in €" },
      { id: 3, name: "\\i nothing", sizes: [], status: "new", größe: "Größe in €" },
    ],
    "select shop.count_items()::int as n, shop.shout('Ann')": [
      { n: 2, shout: "HI, ANN; WELCOME!" },
    ],
    "select * from shop.mottos": [
      { said: "it's open; come in", by: 'the "house"--shop', path: "sqitch" },
      { said: "\\:motto", by: ":motto", path: "'" },
    ],
    "select pg_catalog.obj_description('shop'::regnamespace) as motto": [
      { motto: "it's open; come in" },
    ],
    "select line from shop.log": [{ line: "second" }, { line: "first" }],
    "select column_default from information_schema.columns where table_schema = 'shop' and column_name = 'greeting'":
      [{ column_default: "'hello; :shop_schema'::text" }],
  },
  ...(SQITCH !== undefined && {
    async applyHalf(db: TestDatabase, dir: string) {
      await runSqitch(dir, db, "deploy", "--to", "@v1.1.0");
    },
  }),
};

formatSuite(SPEC);

describe("with sqitch itself", () => {
  test.skipIf(SQITCH === undefined)("the ids are the same", async () => {
    await inCopy(async (dir) => {
      const { migrations } = await read(SPEC, dir);
      const plan = execFileSync(SQITCH!, ["plan", "--format", "format:%h"], {
        cwd: dir,
        env: environment(dir),
        encoding: "utf8",
      });
      const ids = [...plan.matchAll(/[0-9a-f]{40}/g)].map(([id]) => id);
      expect(migrations.map(({ theirs }) => theirs!.key)).toEqual(ids);
    });
  });

  test.skipIf(SQITCH === undefined)("what it has applied is read", async () => {
    await using db = await freshDatabase();
    await inCopy(async (dir) => {
      await SPEC.applyHalf!(db, dir);
      const { migrations } = await read(SPEC, dir);
      const [table, ...others] = await history!.find(asReader(db));
      expect(others).toEqual([]);
      const rows = await history!.read(asReader(db), table!);
      const all = history!.expand!(rows, migrations);
      const first = migrations.slice(0, SPEC.half);
      expect(all.map(({ key }) => key)).toEqual(first.map(({ theirs }) => theirs!.key));
      expect(all.map(({ checksum }) => checksum)).toEqual(
        first.map(({ theirs }) => theirs!.checksums!()[0]),
      );
      expect(all[0]!.appliedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    });
  });

  test.skipIf(SQITCH === undefined)("what is recorded here is the same to it", async () => {
    await using theirs = await freshDatabase();
    await using ours = await freshDatabase();
    await inCopy(async (dir) => {
      await runSqitch(dir, theirs, "deploy");
      await expectResults(SPEC, theirs);
      const { migrations } = await read(SPEC, dir);
      await up(await runnerOptions(SPEC, ours, dir));
      await writeAll(ours, migrations);
      const status = await runSqitch(dir, ours, "status");
      expect(status).toContain("Nothing to deploy (up-to-date)");
      expect(await runSqitch(dir, ours, "deploy")).toContain("Nothing to deploy (up-to-date)");
      expect(await registryOf(ours)).toEqual(await registryOf(theirs));
      // Its own scripts take everything back, in an order that it finds in our rows.
      await runSqitch(dir, ours, "revert", "-y");
      expect(await ours.admin.query("select to_regnamespace('shop') as shop")).toEqual([
        { shop: null },
      ]);
    });
  });

  test.skipIf(SQITCH === undefined)("what is taken back here is taken back to it", async () => {
    await using db = await freshDatabase();
    await inCopy(async (dir) => {
      await runSqitch(dir, db, "deploy");
      const { migrations } = await read(SPEC, dir);
      const last = migrations.at(-1)!;
      await send(db, history!.forget(history!.defaultTable, last, migrations.at(-2)));
      await db.admin.query('alter table shop.items drop column "größe"');
      expect(await runSqitch(dir, db, "status")).toContain("Undeployed change:");
      expect(await runSqitch(dir, db, "deploy")).toContain("größe");
    });
  });
});

test("the revert scripts take everything back", async () => {
  await using db = await freshDatabase();
  const dir = join(import.meta.dirname, SPEC.dir);
  const options = await runnerOptions(SPEC, db, dir);
  await up(options);
  expect((await down(options, { count: SPEC.ids.length })).applied).toEqual(SPEC.ids.toReversed());
  expect(await db.admin.query("select to_regnamespace('shop') as shop")).toEqual([{ shop: null }]);
});

test("a project is converted without its psql, and the result does the same", async () => {
  await using db = await freshDatabase();
  await inCopy(async (dir) => {
    const converted = await runCli(["convert", "native", "--dir", "."], { cwd: dir });
    expect([converted.code, converted.stderr]).toEqual([0, ""]);
    const { format, migrations } = await readSource(["native"], { cwd: dir, env: {} });
    expect([format, migrations.length]).toEqual(["native", SPEC.ids.length]);
    const text = migrations.map(({ up: file }) => file.bytes.toString()).join("");
    expect(text).not.toMatch(/^\\(?:set|i|ir|echo|pset|timing)\b/m);
    const ran = await runCli(["up", "--dir", "native"], { cwd: dir, url: db.url });
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    await expectResults(SPEC, db);
  });
});

test("the rows of another project are left out", async () => {
  await using db = await freshDatabase();
  const shop = await readFiles({ "sqitch.plan": plan("a"), "deploy/a.sql": "select 1;" });
  const kiosk = await readFiles({
    "sqitch.plan": plan("b").replace("%project=shop", "%project=kiosk"),
    "deploy/b.sql": "select 2;",
  });
  for (const sql of history!.create(history!.defaultTable)) await db.admin.query(sql);
  await writeAll(db, kiosk.migrations);
  await writeAll(db, shop.migrations);
  const [table] = await history!.find(asReader(db));
  const rows = await history!.read(asReader(db), table!);
  expect(rows).toHaveLength(2);
  expect(history!.expand!(rows, shop.migrations).map(({ note }) => note)).toEqual(["shop:a"]);
});

test("the plan is found through a configuration beside or above it", async () => {
  const conf = `[core]\n\tengine = pg\n\ttop_dir = db/sqitch\n[engine "pg"]\n\textension = ddl\n\tdeploy_dir = db/do\n`;
  const files = {
    "sqitch.conf": conf,
    "db/sqitch/sqitch.plan": plan("a"),
    "db/do/a.ddl": "select 1;",
    "db/sqitch/revert/a.ddl": "select 2;",
  };
  for (const below of [".", "db/sqitch"]) {
    const { format, migrations } = await readFiles(files, below);
    expect(format).toBe("sqitch");
    expect(migrations.map(({ id, down: one }) => [id, one?.bytes.toString()])).toEqual([
      ["a", "select 2;"],
    ]);
  }
});

describe("what is wrong is said before anything runs", () => {
  const script = { "deploy/a.sql": "select 1;", "deploy/b.sql": "select 1;" };
  test.each<[name: string, plan: string, says: RegExp]>([
    ["no project", "%syntax-version=1.0.0\n\n", /has no `%project`/],
    ["no script", plan("c"), /`deploy\/c\.sql` is missing: .* line 4/],
    ["later", plan("a [b]", "b"), /line 4, .*`a` requires `b`, which does not come before it/],
    ["unknown", plan("a [nothing]"), /line 4, .*requires `nothing`, which the plan does not have/],
    ["unknown tag", plan("a", "b [a@v1]"), /requires `a@v1`, which the plan does not have/],
    ["conflict", plan("a", "b [!a]"), /line 5, .*conflicts with `a`, which comes before it/],
    ["no such conflict", plan("a [!x]"), /conflicts with `x`, which the plan does not have/],
    ["twice", plan("a", "a"), /line 5, repeats the change `a` of line 4/],
    ["tag twice", plan("a", "@v", "@v"), /repeats the tag `@v` of line 5/],
    ["tag first", plan("@v", "a"), /has the tag `@v` before any change/],
    ["minus", plan("-a"), /begins with `-`/],
    ["no planner", `${plan("a")}b 2024-01-01T00:00:00Z\n`, /line 5, has no planner/],
    ["no time", `${plan("a")}b\n`, /line 5, has no time/],
    ["month 13", plan("a").replace("-01-01T", "-13-01T"), /a time that does not exist/],
    ["not a line", `${plan("a")}!!\n`, /line 5, is neither a change nor a tag/],
    ["bad dependency", plan("a [b:]"), /has `b:`, which is not a dependency/],
    ["not UTF-8", `${plan("a")}# \xff`, /is not UTF-8: line 5/],
  ])("%s", async (_name, text, says) => {
    await expect(readFiles({ ...script, "sqitch.plan": text }, ".", "latin1")).rejects.toThrow(
      says,
    );
  });

  test("another engine", async () => {
    const files = {
      ...script,
      "sqitch.plan": plan("a"),
      "sqitch.conf": "[core]\n  engine = mysql\n",
    };
    await expect(readFiles(files)).rejects.toThrow(/engine of .* is `mysql`/);
  });

  test("a folder where a script is expected", async () => {
    const files = { "sqitch.plan": plan("a"), "deploy/a.sql/x": "" };
    await expect(readFiles(files)).rejects.toThrow(/`deploy\/a\.sql` is missing/);
  });

  test.each<[name: string, sql: string, line: number, says: RegExp]>([
    ["\\gexec", "select 1;\n\nselect 'x' \\gexec\n", 3, /`\\gexec` is a command of psql/],
    ["\\if", "\\set a 1\n\\if :a\n\\endif\n", 2, /`\\if` is a command of psql/],
    ["\\copy", "\\copy t from 'x'\n", 1, /`\\copy` is a command of psql/],
    ["\\c", "select 1;\n\\c other\n", 2, /`\\c` is a command of psql/],
    ["no value", "select 1;\ngrant a to :role;\n", 2, /variable `:role` has no value/],
    ["no quoted value", "\nselect (:'role');\n", 2, /variable `:'role'` has no value/],
    ["unset", "\\set r x\n\\unset r\nselect :r;\n", 3, /variable `:r` has no value/],
    ["no file", "\n\\i sql/none.sql\n", 2, /`\\i sql\/none\.sql`: there is no such file/],
    ["itself", "\\ir a.sql\n", 1, /is included 20 files deep/],
    ["backquotes", "\\set now `date`\n", 1, /Backquotes run a command/],
    ["autocommit", "\\set AUTOCOMMIT off\n", 1, /AUTOCOMMIT off/],
    ["rows", "\\ir rows.sql\n", 1, /has the rows of a `copy/],
  ])("in a script: %s", async (_name, sql, line, says) => {
    await using db = await freshDatabase();
    const error: unknown = await inFolder(
      {
        "sqitch.plan": plan("first", "a"),
        "deploy/first.sql": "create table first (id int);",
        "deploy/a.sql": sql,
        "deploy/rows.sql": "copy first from stdin;\n1\n\\.\n",
      },
      async (dir) => up(await optionsFor(db, dir)),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    const failure = error as Failure;
    expect(failure.what).toMatch(says);
    expect(failure.class).toBe("file.psql");
    if (_name !== "itself") expect(failure.location).toMatchObject({ file: "deploy/a.sql", line });
    expect(await db.admin.query("select to_regclass('first') as t")).toEqual([{ t: null }]);
  });
});

test("a placeholder is a variable, and an error keeps its line", async () => {
  await using db = await freshDatabase();
  const sql = `\\set x 1 \\echo both \\\\ create table a (id int);\n\\echo "two"\ninsert into a values (:n), (json_array_length('[1]')), (:{?n}::int);\nselect :{?none}, ':n', 1/0 :comment;\n`;
  const error: unknown = await inFolder(
    { "sqitch.plan": plan("a"), "deploy/a.sql": sql },
    async (dir) => up(await optionsFor(db, dir, { n: "7", comment: "-- \u00fc" })),
  ).catch((thrown: unknown) => thrown);
  expect((error as Failure).what).toContain("division by zero");
  expect((error as Failure).location).toMatchObject({ file: "deploy/a.sql", line: 4 });
});

test("an edit of an included file is an edit of the script", async () => {
  const files = {
    "sqitch.plan": plan("a"),
    "deploy/a.sql": "\\i sql/x.sql\n",
    "sql/x.sql": "select 1;",
  };
  const [one, same, other] = await Promise.all([
    readFiles(files),
    readFiles(files),
    readFiles({ ...files, "sql/x.sql": "select 2;" }),
  ]);
  const sum = ({ migrations }: MigrationSet): string => migrations[0]!.up.checksum;
  expect(sum(one)).toBe(sum(same));
  expect(sum(one)).not.toBe(sum(other));
});

test("a thousand changes are read in a moment", async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `change_${index}`);
  const files = Object.fromEntries(
    names.flatMap((name) => [
      [`deploy/${name}.sql`, "begin;\nselect 1;\ncommit;\n"],
      [`revert/${name}.sql`, "begin;\nselect 2;\ncommit;\n"],
    ]),
  );
  files["sqitch.plan"] = plan(...names.map((n, at) => (at === 0 ? n : `${n} [${names[at - 1]}]`)));
  await inFolder(files, async (dir) => {
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const began = performance.now();
      const { migrations } = await readSource([dir], { cwd: dir, env: {} });
      times.push(performance.now() - began);
      expect(migrations).toHaveLength(1000);
    }
    expect(Math.min(...times)).toBeLessThan(400);
  });
});

function plan(...lines: string[]): string {
  const signed = lines.map((line) => `${line} 2024-01-01T00:00:00Z Ann <ann@example.com>\n`);
  return `%syntax-version=1.0.0\n%project=shop\n\n${signed.join("")}`;
}

async function inFolder<T>(
  files: Readonly<Record<string, string>>,
  run: (dir: string) => Promise<T>,
  encoding: BufferEncoding = "utf8",
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "sqitch-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text, encoding);
    }
    return await run(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readFiles(
  files: Readonly<Record<string, string>>,
  below = ".",
  encoding?: BufferEncoding,
): Promise<MigrationSet> {
  return inFolder(files, (dir) => readSource([below], { cwd: dir, env: {} }), encoding);
}

async function optionsFor(
  db: TestDatabase,
  dir: string,
  placeholders: Readonly<Record<string, string>> = {},
): Promise<RunnerOptions> {
  return {
    target: await resolveTarget({ url: db.url, env: {} }),
    source: () => readSource([dir], { cwd: dir, env: {}, placeholders }),
    settings: { ...DEFAULT_SETTINGS, connectWaitMs: 0, historySchema },
  };
}

async function inCopy(run: (dir: string) => Promise<void>): Promise<void> {
  await inFolder({}, async (dir) => {
    cpSync(join(import.meta.dirname, SPEC.dir), dir, { recursive: true });
    await run(dir);
  });
}

async function writeAll(db: TestDatabase, migrations: readonly Migration[]): Promise<void> {
  const table = history!.defaultTable;
  for (const sql of history!.create(table)) await db.admin.query(sql);
  for (const migration of migrations) {
    const facts = { appliedAt: "2026-01-02T03:04:05.678901Z", durationMs: 12, by: "somebody" };
    await send(db, history!.record(table, migration, facts));
  }
}

async function send(
  db: TestDatabase,
  items: readonly { readonly text: string; readonly values?: readonly unknown[] }[],
): Promise<void> {
  for (const { text, values = [] } of items) await db.admin.query(text, values);
}

/** Everything in it but who wrote it and when. */
async function registryOf(db: TestDatabase): Promise<unknown> {
  const read_ = (table: string, columns: string): Promise<unknown[]> =>
    db.admin.query(`select ${columns} from sqitch.${table} order by ${columns}`);
  const planned = "note, planned_at, planner_name, planner_email";
  return {
    projects: await read_("projects", "project, uri"),
    releases: await read_("releases", "version"),
    changes: await read_("changes", `change_id, script_hash, change, project, ${planned}`),
    tags: await read_("tags", `tag_id, tag, project, change_id, ${planned}`),
    dependencies: await read_("dependencies", "change_id, type, dependency, dependency_id"),
    events: await read_(
      "events",
      `event, change_id, change, project, requires, conflicts, tags, ${planned}`,
    ),
    columns: await db.admin.query(
      `select table_name, column_name, data_type, is_nullable, column_default
       from information_schema.columns where table_schema = 'sqitch' order by 1, ordinal_position`,
    ),
    constraints: await db.admin.query(
      `select conrelid::regclass::text as "table", conname, pg_get_constraintdef(oid) as is
       from pg_constraint where connamespace = 'sqitch'::regnamespace order by 1, 2`,
    ),
  };
}

function sqitchCommand(): string | undefined {
  try {
    execFileSync("sqitch", ["--version"], { stdio: "ignore" });
    return "sqitch";
  } catch {
    return undefined;
  }
}

/** Nothing of the user's own configuration, and nothing written outside of the copy. */
function environment(dir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: dir,
    LC_ALL: "C.UTF-8",
    SQITCH_USER_CONFIG: join(dir, "none.conf"),
    SQITCH_SYSTEM_CONFIG: join(dir, "none.conf"),
    SQITCH_FULLNAME: "somebody",
    SQITCH_EMAIL: "somebody@localhost",
  };
}

async function runSqitch(dir: string, db: TestDatabase, ...args: string[]): Promise<string> {
  const uri = db.url.replace(/^postgres(?:ql)?:/, "db:pg:");
  const { stdout, stderr } = await promisify(execFile)(SQITCH!, [...args, "--target", uri], {
    cwd: dir,
    env: environment(dir),
  }).catch((error: { stdout?: string; stderr?: string; message: string }) => {
    // `status` ends with 1 where something is to be deployed.
    if (args[0] === "status") return { stdout: error.stdout ?? "", stderr: error.stderr ?? "" };
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  });
  return stdout + stderr;
}
