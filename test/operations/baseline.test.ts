import { afterEach, beforeEach, expect, test } from "vitest";
import { runKey } from "../../src/postgres/advisory-lock.ts";
import { baseline } from "../../src/runner/baseline.ts";
import type { RunEvent } from "../../src/runner/events.ts";
import { status } from "../../src/runner/status.ts";
import { verify } from "../../src/runner/verify.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import { libraryUp, runnerOptionsFor, type LibraryRunOptions } from "../support/library-run.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { sharedServer } from "../support/postgres.ts";
import { startProxy } from "../support/proxy.ts";
import { waitUntil } from "../support/wait-until.ts";
import { traces } from "./look-only.ts";

const REASON = { by: "ada", why: "restored from a dump" };
const FILES = {
  "001_a.sql": "create table a (id int)",
  "002_b.sql": "create table b (id int)",
  "003_c.sql": "create table c (id int)",
};

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

async function baselineOf(
  version: string,
  files: Readonly<Record<string, string>> = FILES,
  options: LibraryRunOptions = {},
  url = db.url,
) {
  return baseline(await runnerOptionsFor(url, files, options), version, REASON);
}

const history = () =>
  db.admin.query("select kind, version::int, name, origin from lockstep.migrations order by seq");

test("every file up to the version is recorded with its checksum, and none is run", async () => {
  const events: RunEvent[] = [];
  const result = await baselineOf("2", FILES, { onEvent: (event) => void events.push(event) });
  expect(result).toMatchObject({ outcome: "applied", applied: ["001_a", "002_b"], remaining: 1 });
  expect(await history()).toEqual([
    { kind: "versioned", version: 1, name: "a", origin: "baseline" },
    { kind: "versioned", version: 2, name: "b", origin: "baseline" },
  ]);
  expect(await db.admin.query("select to_regclass('a') as a")).toEqual([{ a: null }]);
  expect(events.map(({ event }) => event)).toEqual([
    "run-started",
    "lock-acquired",
    "run-recorded",
    "migration-applied",
    "migration-applied",
    "run-finished",
  ]);

  expect((await libraryUp(db.url, FILES)).result?.applied).toEqual(["003_c"]);
  const edited = await verify(
    await runnerOptionsFor(db.url, { ...FILES, "001_a.sql": "select 1" }),
  );
  expect(edited.problems).toMatchObject([{ kind: "edited", migration: "001_a" }]);
});

test("who and why are recorded, and the run has its row", async () => {
  const { runId } = await baselineOf("1");
  expect(
    await db.admin.query("select run_id, action, migration, done_by, reason from lockstep.audit"),
  ).toEqual([
    { run_id: runId, action: "baseline", migration: "001_a", done_by: "ada", reason: REASON.why },
  ]);
  expect(await db.admin.query("select id, command, outcome, applied from lockstep.runs")).toEqual([
    { id: runId, command: "baseline", outcome: "applied", applied: 1 },
  ]);
});

test("a version without a file becomes a row of its own", async () => {
  const result = await baselineOf("02", { "001_a.sql": "select 1", "003_c.sql": "select 3" });
  expect(result.applied).toEqual(["001_a", "2_baseline"]);
  expect(await history()).toEqual([
    { kind: "versioned", version: 1, name: "a", origin: "baseline" },
    { kind: "baseline", version: 2, name: "baseline", origin: "baseline" },
  ]);
  const found = await status(
    await runnerOptionsFor(db.url, { "001_a.sql": "select 1", "003_c.sql": "select 3" }),
  );
  expect(found).toMatchObject({ current: "2", pending: [{ id: "003_c" }], problems: [] });
});

test("a version above every file is warned about", async () => {
  expect((await baselineOf("9")).warnings).toEqual([expect.stringContaining("above every file")]);
});

test("migrations below the version that were applied stay as they are", async () => {
  await libraryUp(db.url, FILES, { selection: { to: "1" } });
  expect((await baselineOf("2")).applied).toEqual(["002_b"]);
  expect((await history()).map((row) => row["origin"])).toEqual(["native", "baseline"]);
});

test("what is applied at or above the version refuses the baseline and changes nothing", async () => {
  await libraryUp(db.url, FILES, { selection: { to: "2" } });
  const before = await traces(db);
  for (const version of ["1", "2"]) {
    await expect(baselineOf(version)).rejects.toMatchObject({
      class: "usage",
      exitCode: 65,
      what: `\`2_b\` is applied already, so version ${version} cannot be the baseline of this database.`.replace(
        "2_b",
        version === "1" ? "1_a" : "2_b",
      ),
    });
  }
  await expect(baselineOf("3", { "3_c.sql": "select 3" })).rejects.toThrow("another project");
  await expect(baselineOf("x")).rejects.toMatchObject({ exitCode: 64 });
  expect(await traces(db)).toBe(before);
});

test("a migration that was begun refuses the baseline", async () => {
  await libraryUp(db.url, { "001_a.sql": "vacuum; vacuum (wrong)" });
  await expect(baselineOf("1", { "001_a.sql": "vacuum; vacuum (wrong)" })).rejects.toThrow("begun");
});

test("of two at once one wins, and the other says that it is done already", async () => {
  const results = await Promise.allSettled([baselineOf("2"), baselineOf("2")]);
  const failed = results.filter((result) => result.status === "rejected");
  expect(failed).toMatchObject([{ reason: { class: "usage", exitCode: 65 } }]);
  expect(await history()).toHaveLength(2);
  expect(await db.admin.query("select 1 from lockstep.audit")).toHaveLength(2);
});

test("it waits for a runner that is at work, and gives up after the time for waiting", async () => {
  const runner = await connect(db.url, "test runner");
  try {
    await runner.query(`select pg_advisory_lock(${runKey(historySchema).key})`);
    const settings = { lockWaitMs: 300 };
    await expect(baselineOf("1", FILES, { settings })).rejects.toMatchObject({
      class: "runner.lock_busy",
      exitCode: 75,
    });
    let waiting = false;
    const onEvent = ({ event }: RunEvent): void => void (waiting ||= event === "waiting-for-lock");
    const result = baselineOf("1", FILES, { onEvent });
    await waitUntil(() => waiting, { what: "the baseline to wait" });
    expect(await db.admin.query("select to_regclass('lockstep.state') as state")).toEqual([
      { state: null },
    ]);
    await runner.query("select pg_advisory_unlock_all()");
    expect((await result).applied).toEqual(["001_a"]);
  } finally {
    await runner.end();
  }
});

test.each([
  ["before the COMMIT is sent", { direction: "frontend", type: "P", contains: "\0commit\0" }],
  ["before its answer arrives", { direction: "backend", type: "C", contains: "COMMIT" }],
] as const)(
  "a connection lost %s leaves one baseline, and the run says so",
  async (_when, message) => {
    const { host, port } = sharedServer();
    const proxy = await startProxy({ target: { host, port } });
    try {
      // The first two commits create the history and the run's row.
      const rule = proxy.when({ ...message, occurrence: 3 }, "cut");
      const result = await baselineOf("2", FILES, {}, proxy.url(db.url));
      expect(rule.matches).toBeGreaterThan(2);
      expect(result).toMatchObject({
        outcome: "applied",
        applied: ["001_a", "002_b"],
        remaining: 1,
      });
      expect(await history()).toHaveLength(2);
      expect(await db.admin.query("select 1 from lockstep.audit")).toHaveLength(2);
      expect(await db.admin.query("select outcome from lockstep.runs")).toEqual([
        { outcome: "applied" },
      ]);
    } finally {
      await proxy.close();
    }
  },
);

test.skipIf(skipWithoutPgBouncer()).each(["transaction", "session"] as const)(
  "through a pooler in %s mode two at once leave one baseline and no lock",
  async (poolMode) => {
    const { host, port } = sharedServer();
    const bouncer = await startPgBouncer({ host, port, database: db.name, poolMode, poolSize: 4 });
    try {
      const both = await Promise.allSettled([
        baselineOf("2", FILES, {}, bouncer.url()),
        baselineOf("2", FILES, {}, bouncer.url()),
      ]);
      expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(both.find((one) => one.status === "rejected")).toMatchObject({
        reason: { class: "usage", exitCode: 65 },
      });
      expect(await history()).toHaveLength(2);
      const locks = await db.admin.query(
        "select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      );
      expect(locks).toEqual([]);
      expect((await libraryUp(bouncer.url(), FILES)).result?.applied).toEqual(["003_c"]);
    } finally {
      await bouncer.stop();
    }
  },
);
