/** Each check of the doctor sees the defect it is for, with the statement that mends it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createHistory, historyNames } from "../src/history/tables.ts";
import { resolveTarget } from "../src/postgres/conninfo.ts";
import { runKey } from "../src/postgres/advisory-lock.ts";
import { quoteIdent } from "../src/postgres/identifiers.ts";
import { doctor } from "../src/runner/doctor.ts";
import type { DoctorLimits } from "../src/runner/doctor/check.ts";
import { CHECKS } from "../src/runner/doctor/checks.ts";
import { DEFAULT_SETTINGS, type RunnerSettings } from "../src/runner/options.ts";
import type { DoctorCheck } from "../src/runner/results.ts";
import { startServer, type SandboxServer } from "../src/sandbox/server.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "./support/database.ts";
import { historyIdent } from "./support/elsewhere.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "./support/pgbouncer.ts";
import { sharedServer, sharedUrl, testedVersion } from "./support/postgres.ts";
import { waitUntil } from "./support/wait-until.ts";

const NAMES = historyNames(DEFAULT_SETTINGS);
const POOLER_MISSING = skipWithoutPgBouncer();
const ROLE = `doctor_${process.pid}`;

let db: TestDatabase;
let tight: SandboxServer;

type Report = Record<string, DoctorCheck>;

async function examine(
  url: string,
  extra: {
    settings?: Partial<RunnerSettings>;
    limits?: Partial<DoctorLimits>;
    signal?: AbortSignal;
  } = {},
): Promise<Report> {
  const { checks } = await doctor(
    {
      target: await resolveTarget({ url, env: {} }),
      source: () => Promise.reject(new Error("the doctor reads no migrations")),
      settings: { ...DEFAULT_SETTINGS, ...extra.settings },
      ...(extra.signal && { signal: extra.signal }),
    },
    extra.limits,
  );
  return Object.fromEntries(checks.map((check) => [check.id, check]));
}

/** Other test files share the server, so what concerns all of it is left out by default. */
const OF_THE_SERVER: readonly string[] = ["connection-slots", "replication-slots"];

/** Those that are not `ok`, which is what people look at. */
function findings(report: Report, leaveOut = OF_THE_SERVER): Record<string, string> {
  return Object.fromEntries(
    Object.values(report)
      .filter((check) => check.status !== "ok" && !leaveOut.includes(check.id))
      .map((check) => [check.id, check.status]),
  );
}

// Too few locks and connections, and everything else that only postgresql.conf can spoil.
beforeAll(async () => {
  tight = await startServer({
    version: testedVersion(),
    settings: {
      max_connections: "8",
      superuser_reserved_connections: "3",
      max_locks_per_transaction: "10",
      max_prepared_transactions: "2",
      deadlock_timeout: "1min",
      autovacuum: "off",
      wal_level: "replica",
    },
  });
});

afterAll(async () => {
  await tight?.close();
});

beforeEach(async () => {
  db = await freshDatabase();
  await db.admin.query(`create role ${ROLE} login`);
});

afterEach(async () => {
  await db.admin.query(`drop owned by ${ROLE} cascade`);
  await db.admin.query(`drop role ${ROLE}`);
  await db.drop();
});

it("finds nothing wrong with a new database but that the history is not there yet", async () => {
  const report = await examine(db.url);
  expect(Object.keys(report)).toEqual(CHECKS.map((check) => check.id));
  expect(findings(report)).toEqual({ history: "info" });
  await expectNoLeftovers(db);
});

it("turns a failed connection into a failed check", async () => {
  const noDatabase = await examine(sharedUrl("no_such_database"));
  expect(Object.keys(noDatabase)).toEqual(["connection"]);
  expect(noDatabase["connection"]).toMatchObject({
    status: "fail",
    message: expect.stringContaining('database "no_such_database" does not exist'),
    action: expect.any(String),
  });
  const nobody = await examine("postgres://postgres:secret@127.0.0.1:1/x");
  expect(nobody["connection"]).toMatchObject({
    status: "fail",
    message: expect.stringContaining("ECONNREFUSED"),
  });
  expect(JSON.stringify(nobody)).not.toContain("secret");
});

it("works for a role without any rights, and says which are missing", async () => {
  await db.admin.query("create table public.account (id bigint)");
  await db.admin.query(`revoke create on schema public from public`);
  const report = await examine(sharedUrl(db.name, ROLE));
  expect(findings(report)).toEqual({
    "history-rights": "fail",
    "table-owners": "warn",
    "search-path": "warn",
    history: "info",
  });
  expect(report["table-owners"]?.message).toContain("`public.account` (owner `postgres`)");
  expect(report["history-rights"]?.action).toContain(`lockstep grants --migrator ${ROLE}`);
});

it("says so when the history is there and the role has no right on it", async () => {
  for (const text of createHistory(NAMES, false)) await db.admin.query(text);
  const closed = await examine(sharedUrl(db.name, ROLE));
  expect(closed["history-rights"]).toMatchObject({
    status: "fail",
    message: expect.stringContaining("no USAGE on the schema"),
  });
  expect(closed["history"]).toMatchObject({
    status: "warn",
    message: expect.stringContaining("permission denied"),
  });
  await db.admin.query(`grant usage on schema ${historyIdent} to ${ROLE}`);
  await db.admin.query(`grant select on all tables in schema ${historyIdent} to ${ROLE}`);
  const reading = await examine(sharedUrl(db.name, ROLE));
  expect(reading["history-rights"]).toMatchObject({
    status: "fail",
    message: expect.stringContaining("cannot read and write"),
  });
  expect(reading["history"]?.status).toBe("ok");
});

it("names at most five tables of other owners", async () => {
  for (let n = 1; n <= 7; n++) await db.admin.query(`create table public.t${n} ()`);
  const { message } = (await examine(sharedUrl(db.name, ROLE)))["table-owners"]!;
  expect(message.match(/`public\.t\d`/g)).toHaveLength(5);
  expect(message).toContain("and 2 more");
});

it("looks at the configured search_path, and at an empty one", async () => {
  await db.admin.query("create schema if not exists app");
  const configured = await examine(db.url, { settings: { searchPath: "app, public" } });
  expect(configured["search-path"]).toMatchObject({
    status: "ok",
    message: expect.stringContaining("`app`"),
  });
  await db.admin.query(
    `alter role ${ROLE} in database ${quoteIdent(db.name)} set search_path = ''`,
  );
  const empty = await examine(sharedUrl(db.name, ROLE));
  expect(empty["search-path"]).toMatchObject({
    status: "warn",
    message: expect.stringContaining("empty"),
  });
});

it("lists settings of role and database that cut sessions short", async () => {
  const name = quoteIdent(db.name);
  await db.admin.query(`alter role ${ROLE} set statement_timeout = '1s'`);
  await db.admin.query(`alter database ${name} set idle_session_timeout = '1h'`);
  await db.admin.query(`alter database ${name} set default_transaction_read_only = on`);
  const report = await examine(sharedUrl(db.name, ROLE));
  const check = report["role-settings"];
  expect(check?.status).toBe("info");
  expect(check?.message).toContain("`statement_timeout = 1000 ms` (user)");
  expect(check?.message).toContain("`idle_session_timeout = 3600000 ms` (database)");
  expect(report["writable"]).toMatchObject({
    status: "warn",
    message: expect.stringContaining("read-only"),
  });
  await db.admin.query(`alter database ${name} reset default_transaction_read_only`);
  await db.admin.query(`alter role ${ROLE} set session_replication_role = replica`);
  // On 14 only a superuser's session takes that value on; the stored one is seen all the same.
  await db.admin.query(`alter role ${ROLE} superuser`);
  expect((await examine(sharedUrl(db.name, ROLE)))["role-settings"]?.status).toBe("warn");
});

it("prints how to remove invalid indexes, and which are leftovers of REINDEX", async () => {
  await db.admin.query('create table public."Orders" (id int primary key, n int)');
  await db.admin.query('insert into public."Orders" values (1, 1), (2, 1)');
  for (const name of ["orders_n", "orders_pkey_ccnew"]) {
    await expect(
      db.admin.query(`create unique index concurrently ${name} on public."Orders" (n)`),
    ).rejects.toThrow("could not create unique index");
  }
  const check = (await examine(db.url))["invalid-indexes"];
  expect(check).toMatchObject({ status: "warn" });
  expect(check?.action).toContain('`drop index concurrently "public"."orders_n";`');
  expect(check?.message).toMatch(
    /`public\.orders_pkey_ccnew` [^`]*`Orders`, a leftover of REINDEX/,
  );
});

it("does not report an index that is being built now, whoever asks", async () => {
  await db.admin.query("create table public.busy (n int)");
  const holder = await connect(db.url, "test holder");
  const builder = await connect(db.url, "test builder");
  try {
    // An old snapshot keeps the build waiting.
    await holder.query("begin isolation level repeatable read; select from public.busy");
    const build = builder.query("create index concurrently busy_n on public.busy (n)");
    const caught = build.catch(() => undefined);
    await waitUntil(
      async () => (await db.admin.query("select from pg_index where not indisvalid")).length > 0,
      { what: "the build to begin" },
    );
    expect((await examine(db.url))["invalid-indexes"]?.status).toBe("ok");
    expect((await examine(sharedUrl(db.name, ROLE)))["invalid-indexes"]?.status).toBe("ok");
    await holder.query("rollback");
    await caught;
  } finally {
    await holder.end();
    await builder.end();
  }
});

it("prints how to validate constraints and to finish a detach", async () => {
  await db.admin.query("create table public.a (id int primary key)");
  await db.admin.query("create table public.b (a_id int)");
  await db.admin.query(
    "alter table public.b add constraint b_a foreign key (a_id) references public.a not valid",
  );
  if (testedVersion() >= 18) {
    await db.admin.query("alter table public.b add constraint never check (a_id > 0) not enforced");
  }
  await db.admin.query("create table public.p (d int) partition by list (d)");
  await db.admin.query("create table public.p1 partition of public.p for values in (1)");
  await db.admin.query(
    "update pg_inherits set inhdetachpending = true where inhrelid = 'public.p1'::regclass",
  );
  const report = await examine(db.url);
  expect(report["not-valid-constraints"]).toMatchObject({
    status: "warn",
    message: "1 constraint is NOT VALID: `b_a` on `public.b`.",
    action: expect.stringContaining('alter table "public"."b" validate constraint "b_a"'),
  });
  expect(report["detach-pending"]?.action).toContain(
    'alter table "public"."p" detach partition "public"."p1" finalize',
  );
  await db.admin.query("alter table public.p detach partition public.p1 finalize");
  expect((await examine(db.url))["detach-pending"]?.status).toBe("ok");
});

it("names old transactions, and says when the role cannot see their age", async () => {
  const holder = await connect(db.url, "test batch job");
  try {
    await holder.query("begin isolation level repeatable read; select from pg_class");
    const now = { limits: { longTransactionMs: 0 } };
    const seen = (await examine(db.url, now))["long-transactions"];
    expect(seen).toMatchObject({
      status: "warn",
      action: expect.stringContaining("pg_terminate_backend"),
    });
    expect(seen?.message).toMatch(/`test batch job`, idle in transaction, \d+ s, holds a snapshot/);
    expect((await examine(db.url))["long-transactions"]?.status).toBe("ok");
    const hidden = (await examine(sharedUrl(db.name, ROLE), now))["long-transactions"];
    expect(hidden).toMatchObject({
      status: "info",
      message: expect.stringContaining("cannot see since when"),
    });
    await db.admin.query(`grant pg_read_all_stats to ${ROLE}`);
    expect((await examine(sharedUrl(db.name, ROLE), now))["long-transactions"]?.status).toBe(
      "warn",
    );
  } finally {
    await holder.end();
  }
});

it("reads the history's health: layout, unfinished steps, another runner", async () => {
  for (const text of createHistory(NAMES, false)) await db.admin.query(text);
  const healthy = await examine(db.url);
  expect(findings(healthy)).toEqual({});
  expect(healthy["history"]?.message).toContain("has layout 1 and 0 applied");

  await db.admin.query(
    `insert into ${NAMES.journal} (migration, direction, ordinal, kind, statement_checksum, state, run_id)
     values ('7_index', 'up', 1, 'create-index', 'x', 'started', gen_random_uuid())`,
  );
  await db.admin.query(`update ${NAMES.state} set layout = 99`);
  const ill = await examine(db.url);
  expect(ill["history"]).toMatchObject({
    status: "fail",
    message: expect.stringContaining("layout 99"),
  });
  expect(ill["journal"]).toMatchObject({
    status: "warn",
    message: "1 migration stopped on the way: `7_index` (step 2).",
    action: expect.stringContaining("lockstep up"),
  });

  await db.admin.query(`select pg_advisory_lock(${runKey(NAMES.lockName).key})`);
  const busy = await examine(db.url);
  expect(busy["runner-lock"]).toMatchObject({
    status: "info",
    message: expect.stringContaining(`pid ${db.admin.pid} (postgres, \`test admin\``),
  });
  expect(busy["journal"]?.status).toBe("info");
});

it("lists event triggers that run with DDL", async () => {
  await db.admin.query(
    "create function public.watch() returns event_trigger language plpgsql as 'begin end'",
  );
  await db.admin.query(
    "create event trigger watch on ddl_command_end execute function public.watch()",
  );
  expect((await examine(db.url))["event-triggers"]).toMatchObject({
    status: "info",
    message: "1 event trigger with DDL: `watch` (ddl_command_end, `public.watch()`).",
  });
  await db.admin.query("alter event trigger watch disable");
  expect((await examine(db.url))["event-triggers"]?.status).toBe("ok");
});

it("warns about a server with little room, and about what holds on without a session", async () => {
  const client = new pg.Client(tight.url());
  await client.connect();
  try {
    await client.query("create table p (d int primary key) partition by list (d)");
    for (let n = 0; n < 30; n++) {
      await client.query(`create table p${n} partition of p for values in (${n})`);
    }
    await client.query("begin; insert into p values (1); prepare transaction 'it''s'");
    await client.query("select pg_create_physical_replication_slot('gone', true)");
    const report = await examine(tight.url(), { limits: { longTransactionMs: 0 } });
    expect(findings(report, [])).toEqual({
      "lock-table": "warn",
      "deadlock-timeout": "warn",
      "connection-slots": "warn",
      autovacuum: "warn",
      "prepared-transactions": "warn",
      "replication-slots": "warn",
      history: "info",
    });
    expect(report["lock-table"]?.message).toContain("may lock 62 relations (31 tables");
    expect(report["connection-slots"]?.message).toContain("Only 3 connections left on the server");
    expect(report["prepared-transactions"]?.action).toContain("`rollback prepared 'it''s';`");
    expect(report["replication-slots"]?.message).toContain("`gone` (wal_status reserved");
    await client.query("rollback prepared 'it''s'");
    await client.query("select pg_drop_replication_slot('gone')");
  } finally {
    await client.end();
  }
});

it("fails when commits wait for a standby that is not there", async () => {
  const client = new pg.Client(tight.url());
  await client.connect();
  try {
    await client.query("alter system set synchronous_standby_names = 'away'");
    await client.query("select pg_reload_conf()");
    await waitUntil(
      async () =>
        (await client.query("show synchronous_standby_names")).rows[0].synchronous_standby_names ===
        "away",
      { what: "the setting to arrive" },
    );
    expect((await examine(tight.url()))["synchronous-standby"]).toMatchObject({ status: "fail" });
  } finally {
    await client.query("alter system reset synchronous_standby_names");
    await client.query("select pg_reload_conf()");
    await client.end();
  }
});

it("fails on a standby, and every other check works there too", async () => {
  await using standby = await startServer({ version: testedVersion() });
  const primary = await connect(standby.url(), "test primary");
  await primary.query("select pg_create_physical_replication_slot('gone', true)");
  await primary.end();
  await standby.stop();
  // Without a primary to follow it stays in recovery, open for reading.
  writeFileSync(join(standby.dataDir, "standby.signal"), "");
  await standby.start();
  const report = await examine(standby.url());
  expect(findings(report, [])).toEqual({
    writable: "fail",
    "replication-slots": "warn",
    history: "info",
  });
  expect(report["replication-slots"]?.message).toContain("is inactive");
  expect(Object.keys(report)).toHaveLength(CHECKS.length);
});

/** Calls `act` while the doctor waits, in the check of the history, for a lock that a test holds. */
async function whileDoctorWaits(
  act: (running: Promise<Report>, pid: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (const text of createHistory(NAMES, false)) await db.admin.query(text);
  const holder = await connect(db.url, "test holder");
  try {
    await holder.query(`begin; lock table ${NAMES.migrations} in access exclusive mode`);
    const running = examine(db.url, signal && { signal });
    // Looked at by `act`; without this an early end would be an unhandled rejection.
    running.catch(() => undefined);
    const pid = await waitUntil(
      async () =>
        (
          await db.admin.query<{ pid: number }>(
            `select pid from pg_stat_activity where datname = current_database()
               and application_name like 'lockstep%' and wait_event_type = 'Lock'`,
          )
        )[0]?.pid,
      { what: "the doctor to wait" },
    );
    await act(running, pid);
  } finally {
    await holder.end();
  }
}

it("reports a connection that is lost on the way as a failed check", async () => {
  await whileDoctorWaits(async (running, pid) => {
    await db.admin.query("select pg_terminate_backend($1)", [pid]);
    expect(Object.values(await running).at(-1)).toMatchObject({
      id: "history",
      status: "fail",
      message: expect.stringContaining("The connection was lost here"),
    });
  });
});

it("stops when it is told to, also while the server keeps it waiting", async () => {
  const stop = new AbortController();
  await whileDoctorWaits(async (running) => {
    stop.abort("SIGTERM");
    await expect(running).rejects.toMatchObject({ class: "terminated" });
  }, stop.signal);
});

it.skipIf(POOLER_MISSING)("tells poolers apart, also with a single place in the pool", async () => {
  const { host, port } = sharedServer();
  for (const poolMode of ["session", "transaction"] as const) {
    for (const poolSize of [1, 3]) {
      const pooler = await startPgBouncer({ host, port, database: db.name, poolMode, poolSize });
      try {
        const report = await examine(pooler.url(), { limits: { sideConnectionMs: 500 } });
        expect(report["connection-kind"]).toMatchObject({
          status: "warn",
          message: expect.stringContaining(`A ${poolMode} pooler`),
        });
        expect(findings(report)).toEqual({ "connection-kind": "warn", history: "info" });
      } finally {
        await pooler.stop();
      }
    }
  }
});
