/**
 * Logical replication between two databases of one server, slots and disk: what the server does when
 * the order is wrong, and what plan and doctor say before.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CareSettings } from "../../src/config/care-config.ts";
import { runSql } from "../../src/postgres/admin.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { Session } from "../../src/postgres/session.ts";
import { bytesFree } from "../../src/runner/care/local-disk.ts";
import { doctor } from "../../src/runner/doctor.ts";
import { plan } from "../../src/runner/make-plan.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";
import type { DoctorCheck } from "../../src/runner/results.ts";
import { startServer, type SandboxServer } from "../../src/sandbox/server.ts";
import { connect } from "../support/database.ts";
import { runnerOptionsFor, type TestMigrations } from "../support/library-run.ts";
import { testedVersion } from "../support/postgres.ts";
import { waitUntil } from "../support/wait-until.ts";

let server: SandboxServer;
let publisher: string;
let subscriber: string;

const TABLES = ["create table t (id int primary key)", "create table u (id int primary key)"];

beforeAll(async () => {
  server = await startServer({
    version: testedVersion(),
    settings: { wal_level: "logical", wal_retrieve_retry_interval: "100ms" },
  });
  await runSql(
    server.url(),
    "create database pub",
    "create database sub",
    "create role plain login",
  );
  [publisher, subscriber] = [server.url("pub"), server.url("sub")];
  await runSql(publisher, ...TABLES, "create publication p for table t");
  // In one server the slot has to be made by itself: the subscription would wait for its own transaction.
  await runSql(publisher, "select pg_create_logical_replication_slot('s', 'pgoutput')");
  await runSql(
    subscriber,
    TABLES[0]!,
    `create subscription s connection 'host=127.0.0.1 port=${server.port} user=postgres dbname=pub'
     publication p with (create_slot = false, slot_name = 's', copy_data = false)`,
  );
});

afterAll(async () => {
  await server?.close();
});

async function warningsOf(
  url: string,
  files: TestMigrations,
  care: CareSettings = {},
): Promise<string[]> {
  const { migrations, refused } = await plan(
    await runnerOptionsFor(url, files, { settings: { care } }),
  );
  expect(refused).toEqual([]);
  return migrations.flatMap(({ warnings }) => warnings);
}

async function examine(url: string, care: CareSettings = {}): Promise<Record<string, DoctorCheck>> {
  const { checks } = await doctor({
    target: await resolveTarget({ url, env: {} }),
    source: () => Promise.reject(new Error("the doctor reads no migrations")),
    settings: { ...DEFAULT_SETTINGS, care },
  });
  return Object.fromEntries(checks.map((check) => [check.id, check]));
}

async function idsOf(url: string): Promise<unknown[]> {
  const [rows = []] = await runSql(url, "select id from t order by id");
  return rows.map(({ id }) => id);
}

test("a fact of the server: a column that only the publisher has stops the subscription", async () => {
  await runSql(publisher, "insert into t values (1)");
  await waitUntil(async () => (await idsOf(subscriber)).length === 1, { what: "the first row" });
  await runSql(publisher, "alter table t add column note text", "insert into t values (2, 'x')");
  const failed = await waitUntil(
    async () => {
      const { readFile } = await import("node:fs/promises");
      return /missing replicated column/.test(await readFile(server.logFile, "utf8"));
    },
    { what: "the subscription to fail", deadlineMs: 15_000 },
  );
  expect(failed).toBe(true);
  expect(await idsOf(subscriber)).toEqual([1]);
  // The other order would not have stopped anything, and mends it now.
  await runSql(subscriber, "alter table t add column note text");
  await waitUntil(async () => (await idsOf(subscriber)).length === 2, {
    what: "the second row",
    deadlineMs: 15_000,
  });
});

test("on the publisher plan says the order of each change, and of new tables that they are missing", async () => {
  expect(await warningsOf(publisher, { "1_a.sql": "alter table t add column a int;" })).toEqual([
    "`t` is in publication `p`, and DDL is not replicated. Add the column on the subscribers first.",
  ]);
  expect(
    await warningsOf(publisher, { "1_a.sql": "alter table public.t drop column note;" }),
  ).toEqual([
    "`public.t` is in publication `p`, and DDL is not replicated. Drop the column here first, then on the subscribers.",
  ]);
  expect(
    await warningsOf(publisher, { "1_a.sql": "alter table u add column a int; drop table u;" }),
  ).toEqual([]);
  expect(
    await warningsOf(publisher, { "1_a.sql": "create table v (id int primary key);" }),
  ).toEqual([
    "`v` will be in none of the publications of this database (`p`). If it is to be replicated: `alter publication … add table …`, and `alter subscription … refresh publication` on the subscribers.",
  ]);
});

test("a publication of all tables takes the new ones too", async () => {
  await runSql(publisher, "create publication everything for all tables");
  try {
    expect(
      await warningsOf(publisher, {
        "1_a.sql": "create table v (id int primary key); create table w ();",
      }),
    ).toEqual([
      "`v`, `w` will be in publication `everything`, and DDL is not replicated. Create it on the subscribers too, then run `alter subscription … refresh publication` there.",
    ]);
    expect(await warningsOf(publisher, { "1_a.sql": "alter table u add column a int;" })).toEqual([
      "`u` is in publication `everything`, and DDL is not replicated. Add the column on the subscribers first.",
    ]);
  } finally {
    await runSql(publisher, "drop publication everything");
  }
});

test.runIf(testedVersion() >= 15)("a publication of a schema as well", async () => {
  await runSql(
    publisher,
    "create schema shop",
    "create publication shop for tables in schema shop",
  );
  try {
    const [warning] = await warningsOf(publisher, { "1_a.sql": "create table shop.v (id int);" });
    expect(warning).toContain("`shop.v` will be in publication `shop`");
  } finally {
    await runSql(publisher, "drop publication shop", "drop schema shop");
  }
});

test("on the subscriber it is the other way round", async () => {
  expect(await warningsOf(subscriber, { "1_a.sql": "alter table t add column a int;" })).toEqual([
    "`t` is filled by subscription `s`, and DDL is not replicated. Add the column here before the publisher has it.",
  ]);
  const [warning] = await warningsOf(subscriber, { "1_a.sql": "create table v (id int);" });
  expect(warning).toContain("`v` will be in no subscription.");
});

test("an ordinary role sees the same", async () => {
  const plain = server.url("pub", "plain");
  const [warning] = await warningsOf(plain, { "1_a.sql": "alter table t add column a int;" });
  expect(warning).toContain("in publication `p`");
  const [filled] = await warningsOf(server.url("sub", "plain"), {
    "1_a.sql": "alter table t drop column note;",
  });
  expect(filled).toContain("filled by subscription `s`");
  expect((await examine(plain))["logical-replication"]?.status).toBe("info");
});

test("doctor names both sides, tables that are in no publication, and a subscription that stands still", async () => {
  expect((await examine(publisher))["logical-replication"]).toMatchObject({
    status: "info",
    message:
      "Tables are published by `p`; DDL is not replicated. In no publication, beside tables that are: `public.u`.",
  });
  await runSql(subscriber, "alter subscription s disable");
  try {
    expect((await examine(subscriber))["logical-replication"]).toMatchObject({
      status: "warn",
      message: "1 subscription is not up to date: `s` (disabled).",
    });
  } finally {
    await runSql(subscriber, "alter subscription s enable");
  }
  await waitUntil(
    async () => (await examine(subscriber))["logical-replication"]?.status === "info",
    {
      what: "the subscription to be up to date",
    },
  );
});

test("slots: what a rewrite writes is more than one can keep, or is kept for nobody", async () => {
  await runSql(
    publisher,
    "create table big as select g as id, repeat('x', 500) as pad from generate_series(1, 150000) g",
  );
  const index = { "1_index.sql": "create index concurrently big_id on big (id);" };
  // A new slot keeps everything since the last checkpoint.
  await runSql(publisher, "checkpoint", "select pg_create_physical_replication_slot('idle', true)");
  try {
    expect((await warningsOf(publisher, index)).join()).toMatch(
      /It writes about \d+ MB of WAL, all of which slot `idle` keeps, because nothing reads from it\./,
    );
    await runSql(
      publisher,
      "alter system set max_slot_wal_keep_size = '32MB'",
      "select pg_reload_conf()",
    );
    // The setting is read by each process in its own time.
    const warned = await waitUntil(
      async () =>
        (await warningsOf(publisher, index)).find((one) => one.includes("slot `idle` is lost")),
      { what: "the limit" },
    );
    expect(warned).toMatch(/slot `idle` is lost after [\d.]+ MB that its consumer has not fetched/);
    expect((await examine(publisher))["replication-slots"]).toMatchObject({
      status: "warn",
      message: expect.stringMatching(
        /`idle` \(wal_status \w+, keeps [\d.]+ \w+, lost after [\d.]+ MB more\)/,
      ),
    });
  } finally {
    await runSql(
      publisher,
      "alter system reset max_slot_wal_keep_size",
      "select pg_reload_conf()",
      "select pg_drop_replication_slot('idle')",
      "drop table big",
    );
  }
});

test("disk: what does not fit is said with its size, what fits is not spoken of", async () => {
  await runSql(
    publisher,
    "create table big as select g as id, repeat('x', 500) as pad from generate_series(1, 20000) g",
  );
  try {
    const rewrite = { "1_a.sql": "alter table big alter column id type bigint;" };
    const [small] = await warningsOf(publisher, rewrite, { freeDiskBytes: 1024 ** 2 });
    expect(small).toMatch(
      /^Disk: `big` may be rewritten, which takes about \d+ MB until it commits, and it writes as much WAL \(about \d+ MB\)\. That does not fit: 1 MB are free\.$/,
    );
    expect(await warningsOf(publisher, rewrite, { freeDiskBytes: 1024 ** 4 })).toEqual([]);
    await runSql(publisher, "analyze big");
    const warned = await examine(publisher, { freeDiskBytes: 1024 ** 2 });
    expect(warned["disk"]).toMatchObject({
      status: "warn",
      message: expect.stringContaining("`public.big`"),
    });
    expect((await examine(publisher, { freeDiskBytes: 1024 ** 4 }))["disk"]).toMatchObject({
      status: "ok",
      message: "1 TB are free.",
    });
  } finally {
    await runSql(publisher, "drop table big");
  }
});

test("a plan does not wait for who keeps a table", async () => {
  await runSql(
    publisher,
    "create table held as select g as id, repeat('x', 500) as pad from generate_series(1, 20000) g",
    "analyze held",
  );
  const holder = await connect(publisher, "test holder");
  try {
    await holder.query("begin");
    await holder.query("lock table held in access exclusive mode");
    const began = performance.now();
    const [warning] = await warningsOf(
      publisher,
      { "1_a.sql": "create index held_id on held (id);" },
      { freeDiskBytes: 1 },
    );
    expect(warning).toMatch(/an index of `held` takes up to about \d+ MB/);
    expect(performance.now() - began).toBeLessThan(4_000);
  } finally {
    await holder.end();
    await runSql(publisher, "drop table held");
  }
});

test("free space is known of a server that is really here, and of no other", async () => {
  const open = async (user: string) =>
    Session.open(await resolveTarget({ url: server.url("pub", user), env: {} }), {
      applicationName: "test disk",
    });
  const session = await open("postgres");
  const plain = await open("plain");
  try {
    // As root, or as the user of the server itself.
    expect(await bytesFree(session)).toBeGreaterThan(0);
    expect(await bytesFree(plain)).toBeUndefined();
  } finally {
    await Promise.all([session.close(), plain.close()]);
  }
});
