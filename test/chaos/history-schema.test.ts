/**
 * The same migrations with the history where people may put it: a schema whose name needs quotes, a
 * prefix in a schema that is there already, and a search_path that is not the default one.
 */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { historyNames } from "../../src/history/tables.ts";
import type { MigrationData } from "../../src/migrations/from-data.ts";
import { quoteIdent } from "../../src/postgres/identifiers.ts";
import { DEFAULT_SETTINGS, type RunnerSettings } from "../../src/runner/options.ts";
import { status } from "../../src/runner/status.ts";
import { verify } from "../../src/runner/verify.ts";
import { runCli } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { libraryDown, libraryUp, runnerOptionsFor } from "../support/library-run.ts";
import { sharedUrl } from "../support/postgres.ts";
import { project } from "../support/project.ts";

/** One of every kind; names without a schema, so that the search_path decides where they are. */
const SET: readonly MigrationData[] = [
  {
    name: "1_table.sql",
    sql: "create table item (id int primary key, name text);",
    down: "drop table item;",
  },
  { name: "2_index.sql", sql: "create index concurrently item_name on item (name);" },
  {
    name: "3_fill.ts",
    module: {
      transaction: false,
      up: (db) =>
        db.batch(1, async (i, tx) => {
          await tx.sql`insert into item values (${i}, ${`item ${i}`})`;
          return i < 5 ? i + 1 : null;
        }),
      down: (db) => db.batch(null, async (_, tx) => (await tx.sql`delete from item`, null)),
    },
  },
  {
    name: "4_mixed.sql",
    sql: "-- lockstep:transaction statement\nalter table item add column n int;\nvacuum item;",
  },
  {
    name: "5_path.sql",
    sql: "select pg_catalog.set_config('search_path', '', false);",
    down: "select 1;",
  },
  {
    name: "6_column.sql",
    sql: "alter table item add column last int;",
    down: "alter table item drop column last;",
  },
  { name: "R__view.sql", sql: "create or replace view items as select id, name from item;" },
];

let db: TestDatabase;
let role: string;
beforeEach(async () => {
  db = await freshDatabase();
  await db.admin.query(`alter database "${db.name}" reset search_path`);
  role = `role_${randomBytes(4).toString("hex")}`;
  await db.admin.query(`create role ${role} login`);
  await db.admin.query(`grant create on database "${db.name}" to ${role}`);
  await db.admin.query(`create schema if not exists app`);
  await db.admin.query(`alter schema app owner to ${role}`);
  await db.admin.query(`grant create on schema public to ${role}`);
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.admin.query(`drop owned by ${role} cascade`);
  await db.admin.query(`drop role ${role}`);
  await db.drop();
});

interface Case {
  readonly name: string;
  readonly settings: Partial<RunnerSettings>;
  /** Set for the role. */
  readonly path?: string;
  /** Where unqualified names are created. */
  readonly home: string;
}

const CASES: Case[] = [
  { name: "a name with quotes", settings: { historySchema: 'my "odd" schema' }, home: "public" },
  {
    name: "capitals, a dot, a percent sign and a backslash",
    settings: { historySchema: "Über.Hist\\ory%s'$1" },
    home: "public",
  },
  {
    name: "a prefix in the schema public",
    settings: { historySchema: "public", historyPrefix: "_lock'step " },
    home: "public",
  },
  {
    name: "a search_path of the role",
    settings: { historySchema: "lockstep" },
    path: "app, public",
    home: "app",
  },
  {
    name: "a search_path of the settings",
    settings: { historySchema: "app", historyPrefix: "h_", searchPath: "app, public" },
    home: "app",
  },
  {
    name: "an empty search_path of the role, another one of the settings",
    settings: { historySchema: 'x"y', searchPath: "app" },
    path: "''",
    home: "app",
  },
];

describe.each(CASES)("$name", ({ settings, path, home }) => {
  const url = (): string => sharedUrl(db.name, role);

  test("up, again, status, verify, down, up", async () => {
    if (path !== undefined) await db.admin.query(`alter role ${role} set search_path = ${path}`);
    const names = historyNames({ ...DEFAULT_SETTINGS, ...settings });
    const options = await runnerOptionsFor(url(), SET, { settings });
    const before = await status(options);
    expect([before.historyExists, before.pending.length]).toEqual([false, SET.length]);

    const first = await libraryUp(url(), SET, { settings });
    expect(first.failure?.message).toBe(undefined);
    expect(first.result?.applied).toHaveLength(SET.length);
    expect(await db.admin.query(`select count(*)::int as n from ${quoteIdent(home)}.item`)).toEqual(
      [{ n: 5 }],
    );
    expect(await db.admin.query(`select count(*)::int as n from ${names.migrations}`)).toEqual([
      { n: SET.length },
    ]);
    // Strict: whatever the history is called, it is no part of the fingerprint.
    const again = await libraryUp(url(), SET, { settings: { ...settings, strict: true } });
    expect(again.failure?.message).toBe(undefined);
    expect(again.result?.outcome).toBe("nothing-to-do");

    const seen = await status(options);
    expect([seen.current, seen.applied.length, seen.pending, seen.problems]).toEqual([
      "6",
      SET.length,
      [],
      [],
    ]);
    expect((await verify(options)).problems).toEqual([]);

    const down = await libraryDown(url(), SET, { settings, selection: { count: 2 } });
    expect(down.failure?.message).toBe(undefined);
    expect(down.result?.applied).toEqual(["6_column", "5_path"]);
    const up = await libraryUp(url(), SET, { settings });
    expect(up.result?.applied).toEqual(["5_path", "6_column"]);
    const schemas = await db.admin.query("select from pg_namespace where nspname = 'lockstep'");
    expect(schemas).toHaveLength(settings.historySchema === "lockstep" ? 1 : 0);
  });

  test("four runners at once", async () => {
    if (path !== undefined) await db.admin.query(`alter role ${role} set search_path = ${path}`);
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => libraryUp(url(), SET, { settings })),
    );
    expect(runs.map(({ failure }) => failure?.message).filter(Boolean)).toEqual([]);
    expect(runs.flatMap(({ result }) => result?.applied ?? [])).toHaveLength(SET.length);
  });
});

test("two histories in one database do not wait for each other", async () => {
  const url = sharedUrl(db.name, role);
  const slow = libraryUp(
    url,
    { "1_slow.sql": "select pg_sleep(1.5);" },
    {
      settings: { historySchema: "one" },
    },
  );
  const quick = await libraryUp(
    url,
    { "1_quick.sql": "create table quick ();" },
    {
      settings: { historySchema: "two" },
    },
  );
  expect(quick.failure?.message).toBe(undefined);
  expect(quick.events.some(({ event }) => event === "waiting-for-lock")).toBe(false);
  expect((await slow).failure?.message).toBe(undefined);
});

test("the command takes the schema as a flag, and the rest from the environment", async () => {
  const { dir } = await project({
    files: {
      "migrations/1_a.sql": "create table a (id int);",
      "migrations/1_a.down.sql": "drop table a;",
    },
  });
  const options = {
    cwd: dir,
    url: sharedUrl(db.name, role),
    env: { LOCKSTEP_SEARCH_PATH: "app, public", LOCKSTEP_HISTORY_PREFIX: "p_" },
  };
  const flags = ["--history-schema", 'my "odd" schema'];
  expect((await runCli(["up", ...flags], options)).code).toBe(0);
  expect(await db.admin.query(`select name from "my ""odd"" schema".p_migrations`)).toEqual([
    { name: "a" },
  ]);
  expect(await db.admin.query("select to_regclass('app.a') is not null as t")).toEqual([
    { t: true },
  ]);
  expect((await runCli(["verify", ...flags], options)).code).toBe(0);
  const shown = await runCli(["status", ...flags, "--json"], options);
  expect(shown.stdout).toContain('my \\"odd\\" schema');
  expect((await runCli(["down", ...flags, "--yes"], options)).code).toBe(0);
  expect(await db.admin.query("select to_regclass('app.a') as t")).toEqual([{ t: null }]);
});

test("a history of an older version gets what is new under the lock of the next run that works", async () => {
  const { heartbeats, migrations, runs } = historyNames(DEFAULT_SETTINGS);
  const set: MigrationData[] = [{ name: "1_a.sql", sql: "create table a (id int);" }];
  await libraryUp(db.url, set);
  await db.admin.query(`drop table ${heartbeats}`);
  await db.admin.query(`alter table ${migrations} drop column needs_code`);
  await db.admin.query(`alter table ${runs} drop column failure`);

  // Nothing is pending: looked at, and left alone.
  await libraryUp(db.url, set);
  expect(await db.admin.query("select to_regclass($1) as there", [heartbeats])).toEqual([
    { there: null },
  ]);

  const more = [...set, { name: "2_b.sql", sql: "create table b (id int);" }];
  await Promise.all([libraryUp(db.url, more), libraryUp(db.url, more)]);
  expect(await db.admin.query(`select instance from ${heartbeats}`)).toEqual([]);
  expect(
    await db.admin.query(`select version, needs_code from ${migrations} order by seq`),
  ).toEqual(["1", "2"].map((version) => ({ version, needs_code: null })));
  expect(await db.admin.query(`select failure from ${runs}`)).toEqual([
    { failure: null },
    { failure: null },
  ]);
});
