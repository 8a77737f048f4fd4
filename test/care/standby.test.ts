/** A real streaming standby: what a replayed lock does there, and what is said of it beforehand. */
import { createServer } from "node:net";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { runSql } from "../../src/postgres/admin.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { lookAtReplicas } from "../../src/runner/care/replica.ts";
import { replicaTroubles } from "../../src/runner/care/replica-text.ts";
import { doctor } from "../../src/runner/doctor.ts";
import { plan } from "../../src/runner/make-plan.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";
import type { DoctorCheck } from "../../src/runner/results.ts";
import { startServer, type SandboxServer } from "../../src/sandbox/server.ts";
import { runCli } from "../support/cli.ts";
import { connect } from "../support/database.ts";
import { libraryUp, runnerOptionsFor } from "../support/library-run.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { startStandby, type Standby } from "../support/standby.ts";
import { waitUntil } from "../support/wait-until.ts";

let primary: SandboxServer;
let standby: Standby;
let replicaUrl: string;
/** Everything that was applied, and what a test adds: the server is the same for all tests. */
const files: Record<string, string> = {};
const open: pg.Client[] = [];

beforeAll(async () => {
  primary = await startServer({ version: testedVersion() });
  await runSql(primary.url(), "create table t (id int)", "create role plain login");
  standby = await startStandby(primary, {
    settings: { max_standby_streaming_delay: "500ms", hot_standby_feedback: "off" },
  });
  replicaUrl = standby.server.url();
});

afterAll(async () => {
  await standby?.close();
  await primary?.close();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
  await runSql(replicaUrl, "select pg_wal_replay_resume()");
  await waitUntil(
    async () => {
      const [[row] = []] = await runSql(primary.url(), "select pg_current_wal_lsn() as lsn");
      const [[at] = []] = await runSql(
        replicaUrl,
        `select pg_last_wal_replay_lsn() >= '${String(row?.["lsn"])}' as there`,
      );
      return at?.["there"];
    },
    { what: "the standby to catch up", deadlineMs: 20_000 },
  );
});

/** One more migration that takes ACCESS EXCLUSIVE; its id. */
function alter(): string {
  const version = Object.keys(files).length + 1;
  files[`${version}_alter.sql`] = `alter table t add column c${version} int;`;
  return `${version}_alter`;
}

async function pauseReplay(): Promise<void> {
  await runSql(replicaUrl, "select pg_wal_replay_pause()");
  await waitUntil(
    async () =>
      (
        await runSql(replicaUrl, "select pg_get_wal_replay_pause_state() = 'paused' as is")
      )[0]?.[0]?.["is"],
    { what: "replay to pause" },
  );
  await runSql(primary.url(), "insert into t select 1");
}

async function examine(
  url: string,
  replicas: readonly string[],
): Promise<Record<string, DoctorCheck>> {
  const { checks } = await doctor({
    target: await resolveTarget({ url, env: {} }),
    source: () => Promise.reject(new Error("the doctor reads no migrations")),
    settings: { ...DEFAULT_SETTINGS, care: { replicas } },
  });
  return Object.fromEntries(checks.map((check) => [check.id, check]));
}

test("a fact of the server: a replayed ACCESS EXCLUSIVE cancels a query on the standby", async () => {
  const reader = await connect(replicaUrl, "test reader");
  open.push(reader);
  const report = reader
    .query("select count(*), pg_sleep(60) from t")
    .catch((error: unknown) => error);
  await waitUntil(
    async () =>
      (await runSql(replicaUrl, "select 1 from pg_stat_activity where wait_event = 'PgSleep'"))[0]
        ?.length,
    { what: "the report to run" },
  );
  await runSql(primary.url(), "alter table t add column fact int");
  expect(await report).toMatchObject({
    code: "40001",
    message: "canceling statement due to conflict with recovery",
  });
  // A session writes its counters at the latest when it ends.
  await reader.end();
  await waitUntil(
    async () => {
      const [rows] = await runSql(
        replicaUrl,
        "select confl_lock::int as n from pg_stat_database_conflicts where datname = current_database()",
      );
      return rows?.[0]?.["n"] === 1;
    },
    { what: "the conflict to be counted" },
  );
  expect((await examine(primary.url(), [replicaUrl]))["replicas"]?.message).toContain(
    "1 query cancelled for a lock so far",
  );
});

test("plan says which standbys replay the lock, and nothing of a migration without one", async () => {
  const { migrations } = await plan(
    await runnerOptionsFor(primary.url(), {
      "1_alter.sql": "alter table t add column planned int;",
      "999_new.sql": "create table fresh (id int);",
    }),
  );
  const [first, second] = migrations;
  expect(first?.warnings).toEqual([
    "ACCESS EXCLUSIVE on `t` is replayed on `standby_a`: queries there that use it wait, and those that hold it up for longer than max_standby_streaming_delay are cancelled.",
  ]);
  expect(second?.warnings).toEqual([]);
});

test("a standby that is behind: plan and up with --replica-url say so, and up applies all the same", async () => {
  await pauseReplay();
  const id = alter();
  const settings = { care: { replicas: [replicaUrl] } };
  const planned = await waitUntil(
    async () => {
      const { migrations } = await plan(await runnerOptionsFor(primary.url(), files, { settings }));
      return migrations[0]?.warnings.find((one) => one.includes("behind in its replay"));
    },
    { what: "the lag to be a second", deadlineMs: 15_000 },
  );
  expect(planned).toMatch(
    /^The replica postgres@127\.0\.0\.1:\d+\/postgres is [\d.]+ s and [\d.]+ \w+ behind in its replay\.$/,
  );
  const { result, events } = await libraryUp(primary.url(), files, { settings });
  expect(result?.outcome).toBe("applied");
  expect(events.filter(({ event }) => event === "warning")).toMatchObject([
    {
      code: "replica",
      migration: id,
      message: expect.stringContaining("behind in its replay"),
    },
  ]);
  const report = await examine(primary.url(), [replicaUrl]);
  expect(report["replicas"]).toMatchObject({
    status: "warn",
    message: expect.stringContaining("behind in its replay"),
  });
});

test("queries there that are older than max_standby_streaming_delay are counted", async () => {
  const reader = await connect(replicaUrl, "test reader");
  open.push(reader);
  await reader.query("begin");
  await reader.query("select count(*) from t");
  const found = await waitUntil(
    async () => {
      const { replicas } = await examine(primary.url(), [replicaUrl]);
      return replicas?.status === "warn" && replicas.message;
    },
    { what: "the transaction to be old", deadlineMs: 15_000 },
  );
  expect(found).toContain(
    "runs 1 transaction for longer than max_standby_streaming_delay (500 ms)",
  );
});

test("a replica that is well is said to be, and one that is none is not believed", async () => {
  await waitUntil(
    async () => (await examine(primary.url(), [replicaUrl]))["replicas"]?.status === "ok",
    { what: "the standby to have replayed everything", deadlineMs: 15_000 },
  );
  const report = await examine(primary.url(), [replicaUrl]);
  expect(report["standbys"]).toMatchObject({
    status: "ok",
    message: "1 standby connected: `standby_a`.",
  });
  expect(report["replicas"]?.message).toMatch(
    /a standby, nothing left to replay, replay waits for queries for 500 ms, hot_standby_feedback off/,
  );
  expect((await examine(primary.url(), [primary.url()]))["replicas"]).toMatchObject({
    status: "warn",
    message: expect.stringContaining("is no standby: it is not in recovery"),
  });
  // On behalf of another server.
  const [look] = await lookAtReplicas([replicaUrl], "7", 5_000);
  expect(look?.facts?.ofThisCluster).toBe(false);
  expect(replicaTroubles(look!)[0]).toContain("is a standby of another server");
});

test("a role without rights sees that there is a standby, and which GRANT shows more", async () => {
  const report = await examine(primary.url("postgres", "plain"), []);
  expect(report["standbys"]).toMatchObject({
    status: "info",
    message: expect.stringContaining("hidden from this role"),
    action: expect.stringContaining("pg_read_all_stats"),
  });
});

test("a replica that refuses, and one that never answers, cost a warning and about a second", async () => {
  const deaf = createServer(() => undefined);
  await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
  const { port } = deaf.address() as { port: number };
  try {
    const replicas = [
      `postgres://x:geheim@127.0.0.1:${port}/x`,
      "postgres://x@127.0.0.1:1/x",
      "not a url=",
    ];
    alter();
    alter();
    const began = performance.now();
    const { result, events } = await libraryUp(primary.url(), files, {
      settings: { care: { replicas } },
    });
    expect(result?.applied).toHaveLength(2);
    const warnings = events.flatMap((one) => (one.event === "warning" ? [one.message] : []));
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toContain("no answer within 1000 ms");
    expect(warnings[1]).toContain("ECONNREFUSED");
    expect(warnings.join()).not.toContain("geheim");
    expect(performance.now() - began).toBeLessThan(10_000);
  } finally {
    deaf.close();
  }
});

test("the flag may be repeated, and reaches doctor, plan and up", async () => {
  alter();
  const { dir } = await project({
    files: Object.fromEntries(
      Object.entries(files).map(([name, sql]) => [`migrations/${name}`, sql]),
    ),
  });
  const flags = ["--replica-url", replicaUrl, "--replica-url", "postgres://x@127.0.0.1:1/x"];
  const options = { cwd: dir, url: primary.url() };
  const looked = await runCli(["doctor", ...flags], options);
  expect(looked.stdout).toContain("ECONNREFUSED");
  const planned = await runCli(["plan", ...flags], options);
  expect(planned.stdout).toContain("ECONNREFUSED");
  const applied = await runCli(["up", ...flags], options);
  expect(applied.code, applied.stderr).toBe(0);
  expect(applied.stdout).toContain("ECONNREFUSED");
});
