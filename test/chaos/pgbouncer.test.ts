/**
 * A real PgBouncer between the runners and the server: session and transaction pooling, pools
 * smaller than the number of runners, a backend that dies between two files.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { connect, freshDatabase, type TestDatabase } from "../support/database.ts";
import { libraryUp, type LibraryRun, type TestMigrations } from "../support/library-run.ts";
import {
  skipWithoutPgBouncer,
  startPgBouncer,
  type PgBouncer,
  type PgBouncerOptions,
} from "../support/pgbouncer.ts";
import { runMany } from "../support/cli.ts";
import { sharedServer } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const FILES = 6;

/** The server joins the parts of a literal around a comment, the parser does not know that. */
const UNREADABLE = "select E'a'\n -- ';\n 'b\\'';";

/** The second statement of each file fails when the file runs twice, and counts how often it did. */
function counted(files = FILES): Record<string, string> {
  const list: Record<string, string> = {
    "1_start.sql": "create table applied (file int primary key);\ninsert into applied values (1);",
  };
  for (let i = 2; i <= files; i += 1) {
    list[`${i}_file.sql`] = `create table t${i} (id int);\ninsert into applied values (${i});`;
  }
  return list;
}

/** What a file may have changed in a session; two sessions without traces agree in all of it. */
const SESSION_STATE = `
  select (select json_object_agg(name, setting order by name) from pg_catalog.pg_settings
          where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout',
            'search_path', 'role', 'session_authorization', 'synchronous_commit', 'TimeZone',
            'default_transaction_isolation', 'default_transaction_read_only', 'tcp_user_timeout',
            'client_connection_check_interval', 'standard_conforming_strings')) as settings,
         current_user as "user", pg_catalog.current_setting('lockstep.cap_started', true) is null
           or pg_catalog.current_setting('lockstep.cap_started', true) = '' as no_clock,
         (select count(*)::int from pg_catalog.pg_locks
           where pid = pg_catalog.pg_backend_pid() and locktype = 'advisory') as locks`;

describe.skipIf(skipWithoutPgBouncer() !== undefined)("through PgBouncer", () => {
  let db: TestDatabase;
  let bouncer: PgBouncer;

  beforeEach(async () => void (db = await freshDatabase()));
  afterEach(async () => {
    await bouncer.stop();
    await db.drop();
  });

  async function start(
    poolMode: "session" | "transaction",
    poolSize: number,
    more: Partial<PgBouncerOptions> = {},
  ): Promise<string> {
    const { host, port } = sharedServer();
    bouncer = await startPgBouncer({ host, port, database: db.name, poolMode, poolSize, ...more });
    return bouncer.url();
  }

  const manyUps = (n: number, url: string, files: TestMigrations): Promise<LibraryRun[]> =>
    Promise.all(Array.from({ length: n }, () => libraryUp(url, files)));

  async function expectEachOnce(runs: readonly LibraryRun[], files = FILES): Promise<void> {
    expect(runs.map(({ failure }) => failure?.message).filter(Boolean)).toEqual([]);
    const rows = await db.admin.query(
      "select version::int as v from lockstep.migrations order by seq",
    );
    expect(rows.map(({ v }) => v)).toEqual(Array.from({ length: files }, (_, i) => i + 1));
    expect(await db.admin.query("select count(*)::int as n from applied")).toEqual([{ n: files }]);
    // What the runs say they applied is the whole, and nothing twice.
    expect(runs.flatMap(({ result }) => result?.applied ?? [])).toHaveLength(files);
    const open = await db.admin.query(
      "select outcome from lockstep.runs where finished_at is null",
    );
    expect(open, "runs that nobody closed").toEqual([]);
  }

  /** Looks at every server connection of the pool: no lock, no setting, no role is left on it. */
  async function expectCleanPool(url: string, poolSize: number): Promise<void> {
    const held = await waitUntil(
      async () => {
        const rows = await db.admin.query(
          `select l.pid from pg_locks l where l.locktype = 'advisory'
             and l.database = (select oid from pg_database where datname = current_database())`,
        );
        return rows.length === 0;
      },
      { what: "the advisory locks to go" },
    );
    expect(held).toBe(true);
    const fresh = await connect(db.url, "test fresh");
    const expected = (await fresh.query(SESSION_STATE)).rows;
    await fresh.end();
    const clients = await Promise.all(
      Array.from({ length: poolSize }, (_, i) => connect(url, `test pool ${i}`)),
    );
    // Transactions that are open at the same time are on different server connections.
    for (const client of clients) await client.query("begin");
    for (const client of clients)
      expect((await client.query(SESSION_STATE)).rows).toEqual(expected);
    for (const client of clients) await client.end();
  }

  test.each([
    { mode: "transaction", runners: 8, pool: 3 },
    { mode: "transaction", runners: 8, pool: 1 },
    { mode: "transaction", runners: 60, pool: 3 },
    { mode: "transaction", runners: 60, pool: 1 },
    { mode: "session", runners: 8, pool: 3 },
    { mode: "session", runners: 8, pool: 1 },
    { mode: "session", runners: 60, pool: 3 },
    { mode: "session", runners: 60, pool: 1 },
  ] as const)(
    "$runners runners, $mode pooling with $pool places: each file is applied once",
    async ({ mode, runners, pool }) => {
      const url = await start(mode, pool);
      await expectEachOnce(await manyUps(runners, url, counted()));
      await expectCleanPool(url, pool);
    },
  );

  test("eight processes of the command, transaction pooling with one place", async () => {
    const url = await start("transaction", 1);
    const entries = Object.entries(counted()).map(([name, text]) => [`migrations/${name}`, text]);
    const { dir } = await project({ files: Object.fromEntries(entries) });
    const results = await runMany(8, ["up", "--json"], { cwd: dir, url });
    expect(results.map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect(await db.admin.query("select count(*)::int as n from applied")).toEqual([{ n: FILES }]);
    const applied = results.flatMap((one) =>
      one.events().filter(({ event }) => event === "migration-applied"),
    );
    expect(applied).toHaveLength(FILES);
    await expectCleanPool(url, 1);
  });

  test.each(["transaction", "session"] as const)(
    "%s pooling: the server connection is ended between two files, and the run goes on",
    async (mode) => {
      const url = await start(mode, 3);
      let ended: Promise<unknown> | undefined;
      const run = await libraryUp(url, counted(), {
        onEvent(event) {
          if (event.event !== "migration-applied" || ended !== undefined) return;
          // Every server connection of the pool; ours is idle between two transactions.
          ended = db.admin.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and application_name not like 'test %'`,
          );
        },
      });
      expect(await ended).not.toEqual([]);
      await expectEachOnce([run]);
      await expectCleanPool(url, 3);
    },
  );

  const CONCURRENT = {
    "1_table.sql": "create table t (id int);",
    "2_index.sql": "create index concurrently t_id on t (id);",
  };

  test("transaction pooling refuses a concurrent index build before anything is applied", async () => {
    const url = await start("transaction", 3);
    const { failure } = await libraryUp(url, CONCURRENT);
    expect([failure?.class, failure?.exitCode]).toEqual(["runner.pooled_refused", 78]);
    expect(failure?.action).toMatch(/direct URL/);
    expect(failure?.migration).toBe("2_index");
    expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
    expect(await db.admin.query("select to_regclass('lockstep.state') as t")).toEqual([
      { t: null },
    ]);
  });

  test("session pooling builds an index concurrently, with eight runners and three places", async () => {
    const url = await start("session", 3);
    const runs = await manyUps(8, url, CONCURRENT);
    expect(runs.map(({ failure }) => failure?.message).filter(Boolean)).toEqual([]);
    expect(
      await db.admin.query("select indisvalid from pg_index where indexrelid = 't_id'::regclass"),
    ).toEqual([{ indisvalid: true }]);
    await expectCleanPool(url, 3);
  });

  test.each([
    ["set search_path = app", "SET"],
    ["set session characteristics as transaction read only", "SET SESSION CHARACTERISTICS"],
    ["set session authorization postgres", "SET SESSION AUTHORIZATION"],
    ["set role postgres", "SET ROLE"],
    ["select pg_catalog.set_config('search_path', '', false)", "set_config without local"],
    ["prepare p as select 1", "PREPARE"],
    ["listen news", "LISTEN"],
    ["create temp table scratch (id int)", "a temporary table"],
    ["create temp table scratch as select 1 as id", "a temporary table"],
    ["select 1 as id into temp scratch", "a temporary table"],
    ["declare c cursor with hold for select 1", "a cursor that outlives the transaction"],
    ["select pg_catalog.pg_advisory_lock(1)", "a session lock"],
  ])("transaction pooling refuses `%s`: it would stay in the pool", async (sql) => {
    const url = await start("transaction", 1);
    const { failure } = await libraryUp(url, {
      "1_table.sql": "create table t (id int);",
      "2_state.sql": `select 1;\n${sql};`,
    });
    expect([failure?.class, failure?.exitCode]).toEqual(["runner.pooled_refused", 78]);
    expect(failure?.location).toMatchObject({ file: "2_state.sql", line: 2, column: 1 });
    expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
  });

  test("transaction pooling refuses what cannot be read: nobody sees what it leaves", async () => {
    const url = await start("transaction", 2);
    const { failure } = await libraryUp(url, {
      "1_table.sql": "create table t (id int);",
      "2_odd.sql": UNREADABLE,
    });
    expect([failure?.class, failure?.exitCode]).toEqual(["runner.pooled_refused", 78]);
    expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
  });

  test("session pooling runs both, and the next user of the session finds no trace", async () => {
    const url = await start("session", 3);
    const { failure } = await libraryUp(url, {
      "1_dump.sql": "select pg_catalog.set_config('search_path', '', false);",
      "2_odd.sql": UNREADABLE,
      "3_table.sql": "create table t (id int);",
    });
    expect(failure?.message).toBe(undefined);
    await expectCleanPool(url, 3);
  });

  test("transaction pooling runs what ends with the transaction", async () => {
    const url = await start("transaction", 1);
    const { failure } = await libraryUp(url, {
      "1_local.sql":
        "set transaction isolation level read committed; set local search_path = pg_catalog;",
      "2_local.sql": `
        set local role postgres;
        select pg_catalog.set_config('search_path', 'public', true);
        create temp table scratch (id int) on commit drop;
        declare c cursor for select 1;
        select pg_catalog.pg_advisory_xact_lock(1);
        set constraints all deferred;
        create table t (id int);`,
      "3_again.sql": "create temp table scratch (id int) on commit drop;",
    });
    expect(failure?.message).toBe(undefined);
    await expectCleanPool(url, 1);
  });

  test("transaction pooling runs a module that is one transaction", async () => {
    const url = await start("transaction", 1);
    const run = (): Promise<LibraryRun> =>
      libraryUp(url, [
        { name: "1_table.sql", sql: "create table t (id int);" },
        {
          name: "2_fill.ts",
          module: {
            up: async (db) => {
              for (let i = 0; i < 3; i += 1) await db.sql`insert into t values (${i})`;
            },
          },
        },
        { name: "3_after.sql", sql: "create index t_id on t (id);" },
      ]);
    const runs = await Promise.all([run(), run(), run(), run()]);
    expect(runs.map(({ failure }) => failure?.message).filter(Boolean)).toEqual([]);
    expect(await db.admin.query("select count(*)::int as n from t")).toEqual([{ n: 3 }]);
    await expectCleanPool(url, 1);
  });

  const BATCHES: TestMigrations = [
    { name: "1_table.sql", sql: "create table t (id int);" },
    {
      name: "2_fill.ts",
      module: {
        transaction: false,
        up: (db) =>
          db.batch(1, async (i, tx) => {
            await tx.sql`insert into t values (${i})`;
            return i < 3 ? i + 1 : null;
          }),
      },
    },
  ];

  test("transaction pooling refuses a module without a transaction, before anything is applied", async () => {
    const url = await start("transaction", 1);
    const { failure } = await libraryUp(url, BATCHES);
    expect([failure?.class, failure?.exitCode]).toEqual(["runner.pooled_refused", 78]);
    expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
  });

  test("session pooling runs a module without a transaction", async () => {
    const url = await start("session", 2);
    const { failure } = await libraryUp(url, BATCHES);
    expect(failure?.message).toBe(undefined);
    expect(await db.admin.query("select count(*)::int as n from t")).toEqual([{ n: 3 }]);
    await expectCleanPool(url, 2);
  });

  test("a pool of one place cannot prove session pooling: the run waits for a place, then says so", async () => {
    const url = await start("session", 1);
    const { failure, events } = await libraryUp(url, CONCURRENT, {
      settings: { lockWaitMs: 1000 },
    });
    expect([failure?.class, failure?.exitCode]).toEqual(["conn.slots", 75]);
    expect(events.some(({ event }) => event === "waiting-for-connection")).toBe(true);
    expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
  });

  test("a file that fails leaves its server connection clean", async () => {
    const url = await start("transaction", 1);
    const { failure } = await libraryUp(url, {
      "1_fails.sql": "set local lock_timeout = '7s'; create table t (id int); select 1 / 0;",
    });
    expect(failure?.class).toBe("data.cast");
    expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
    await expectCleanPool(url, 1);
  });

  test("pooled and direct runners at once exclude each other", async () => {
    const url = await start("transaction", 3);
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, i) => libraryUp(i % 2 === 0 ? url : db.url, counted())),
    );
    await expectEachOnce(runs);
    await expectCleanPool(url, 3);
  });

  test("runners that take turns do not mistake each other's work for drift", async () => {
    const url = await start("transaction", 3);
    await libraryUp(url, counted(2), { settings: { strict: true } });
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => libraryUp(url, counted(), { settings: { strict: true } })),
    );
    expect(runs.map(({ failure }) => failure?.message).filter(Boolean)).toEqual([]);
    const warnings = runs.flatMap(({ events }) =>
      events.filter(({ event }) => event === "warning"),
    );
    expect(warnings).toEqual([]);
  });
});
