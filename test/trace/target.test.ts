/** What is pending on a real database, what its statistics say, and what a trace keeps. */
import { expect, test } from "vitest";
import { readSource } from "../../src/formats/read-source.ts";
import { up } from "../../src/runner/up.ts";
import { stats } from "../../src/trace/stats.ts";
import { readStats, type Stats, type TableStats } from "../../src/trace/stats-file.ts";
import { pendingByPath } from "../../src/trace/pending.ts";
import { freshDatabase, expectNoLeftovers } from "../support/database.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { heldIn, pendingAt, runnerOptionsFor, statementsOf, traceSet } from "./trace-project.ts";

const FILES = {
  "migrations/1_tables.sql": `create table users (id bigint primary key, email text);
    insert into users select g, 'user ' || g from generate_series(1, 5000) g;`,
  "migrations/2_index.sql": "create index users_email on users (email);",
  "migrations/3_pending.sql": "alter table users alter column id type numeric;",
};

async function applied(to: string) {
  const db = await freshDatabase();
  const { dir } = await project({ files: FILES });
  const set = await readSource(["migrations"], { cwd: dir, env: {} });
  await up(await runnerOptionsFor(db.url, set), { to });
  return { db, dir, set };
}

test("what the target has not applied is pending, on its version", async () => {
  const { db, dir, set } = await applied("2");
  await using _db = db;
  const pending = await pendingAt(db.url, set);
  expect(pending.history.map(({ id }) => id)).toEqual(["1_tables", "2_index"]);
  expect(pending.major).toBe(testedVersion());
  const result = await traceSet(dir, set, pending);
  expect(result.files.map(({ id }) => id)).toEqual(["3_pending"]);
  expect(heldIn(result)).toEqual(["ACCESS EXCLUSIVE users"]);
  await expectNoLeftovers(db);
  // Nothing has happened on the target.
  expect((await pendingAt(db.url, set)).order).toHaveLength(1);
});

test("a baseline covers files without rows of their own, which are history all the same", async () => {
  const db = await freshDatabase();
  await using _db = db;
  const { dir } = await project({ files: FILES });
  const set = await readSource(["migrations"], { cwd: dir, env: {} });
  const { baseline } = await import("../../src/runner/baseline.ts");
  await baseline(await runnerOptionsFor(db.url, set), "2", { by: "test", why: "test" });
  const pending = await pendingAt(db.url, set);
  expect(pending.history.map(({ id }) => id)).toEqual(["1_tables", "2_index"]);
  expect(pending.order.map(({ id }) => id)).toEqual(["3_pending"]);
});

test("statistics have sizes, rates and durations, and no text of anybody's", async () => {
  const { db, set } = await applied("2");
  await using _db = db;
  await db.admin.query("analyze users");
  const found = await stats(await runnerOptionsFor(db.url, set));
  const users = found.tables.find(({ name }) => name === "users")!;
  expect(users).toMatchObject({ kind: "table", rows: 5000, partitionOf: null });
  expect(users.heapBytes).toBeGreaterThan(100_000);
  expect(users.indexes.map(({ name }) => name)).toEqual(["users_email", "users_pkey"]);
  expect(users.indexBytes).toBe(users.indexes.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(found.countedSeconds).toBeGreaterThan(0);
  expect(found.settings.maintenanceWorkMemBytes).toBe(64 * 2 ** 20);
  expect(found.history.map(({ id }) => id)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^[12]_/)]),
  );
  // What is written can be read again.
  expect(readStats(JSON.stringify(found), "stats.json")).toEqual(found);
  await expectNoLeftovers(db);
});

test("a table that somebody has locked keeps nobody waiting, and has its last known size", async () => {
  const { db, set } = await applied("2");
  await using _db = db;
  await db.admin.query("analyze users");
  await db.admin.query("begin");
  await db.admin.query("lock table users in access exclusive mode");
  const found = await stats(await runnerOptionsFor(db.url, set));
  await db.admin.query("rollback");
  expect(found.tables.find(({ name }) => name === "users")!.heapBytes).toBeGreaterThan(100_000);
  expect(found.transactions.longestSeconds).toBeGreaterThan(0);
});

test.each([
  ["{", "it is no JSON"],
  ["[]", "the document is no object"],
  ["{}", "`lockstepStats` is missing"],
  ['{"lockstepStats":2}', "`lockstepStats` is 2"],
  ['{"lockstepStats":1,"takenAt":"x","server":7}', "`server` is no text"],
])("a file that is none is refused with what is wrong: %s", (text, what) => {
  expect(() => readStats(text, "stats.json")).toThrow(what);
});

test("a table of the statistics that lacks something is named by its place", () => {
  const { indexes: _, ...table } = tableOf("users", 1);
  const text = JSON.stringify(statsOf([tableOf("a", 1), table as TableStats]));
  expect(() => readStats(text, "stats.json")).toThrow("`tables[1].indexes` is missing");
  const negative = JSON.stringify(statsOf([tableOf("users", -1)]));
  expect(() => readStats(negative, "stats.json")).toThrow("`tables[0].heapBytes` is no number");
});

test("with statistics, a step that blocks too long is named, by how much", async () => {
  const { dir } = await project({ files: FILES });
  const set = await readSource(["migrations"], { cwd: dir, env: {} });
  const pending = pendingByPath(set, ["migrations/2_index.sql", "migrations/3_pending.sql"], dir);
  const production = statsOf([tableOf("users", 50 * 2 ** 30)]);
  const result = await traceSet(dir, set, pending, { stats: production, maxBlockMs: 200 });
  const { budget } = result;
  expect(budget).toMatchObject({ maxBlockMs: 200, calibratedBy: 0 });
  expect(budget!.exceeded.map(({ id, step, relation }) => [id, step, relation])).toEqual([
    ["2_index", 1, "users"],
    ["3_pending", 1, "users"],
  ]);
  const [first] = budget!.exceeded;
  expect(first!.overMs).toBeCloseTo(first!.expectedMs - 200, 0);
  const small = statsOf([tableOf("users", 0)]);
  const quick = await traceSet(dir, set, pending, { stats: small, maxBlockMs: 60_000 });
  expect(quick.budget!.exceeded).toEqual([]);
});

test("recorded durations of the history calibrate what is predicted", async () => {
  const { dir } = await project({ files: FILES });
  const set = await readSource(["migrations"], { cwd: dir, env: {} });
  const pending = pendingByPath(set, ["migrations/3_pending.sql"], dir);
  const tables = [tableOf("users", 10 * 2 ** 30)];
  const at = "2024-01-01T00:00:00.000Z";
  const past = { id: "2_index", version: "2", durationMs: 3_600_000, appliedAt: at };
  const plain = await traceSet(dir, set, pending, { stats: statsOf(tables) });
  const slow = await traceSet(dir, set, pending, {
    stats: { ...statsOf(tables), history: [past] },
  });
  expect(slow.budget!.calibratedBy).toBe(1);
  const held = (result: typeof plain): number =>
    result.files[0]!.steps[0]!.prediction![0]!.held!.expectedMs;
  // An index build of an hour on 10 GB: this server is much slower than the one of the rates.
  expect(held(slow)).toBeGreaterThan(held(plain) * 5);
});

test("what was replayed is kept, goes on where it ended, and serves two at once", async () => {
  const salt = `-- ${Date.now()} ${Math.random()}`;
  const files = {
    ...FILES,
    "migrations/1_tables.sql": `${salt}\n${FILES["migrations/1_tables.sql"]}`,
  };
  const { dir } = await project({ files });
  const set = await readSource(["migrations"], { cwd: dir, env: {} });
  const trace = (path: string) =>
    traceSet(dir, set, pendingByPath(set, [path], dir), { cache: true });
  const first = await trace("migrations/2_index.sql");
  expect(first.history).toMatchObject({ migrations: 1, cached: 0 });
  // Longer by one: the first is there already.
  const [second, third] = await Promise.all([
    trace("migrations/3_pending.sql"),
    trace("migrations/3_pending.sql"),
  ]);
  for (const result of [second, third]) {
    expect(result.history.migrations).toBe(2);
    expect(result.history.cached).toBeGreaterThan(0);
    expect(result.failure).toBeNull();
    expect(statementsOf(result)[0]!.changed.altered).toEqual(["users"]);
  }
  expect((await trace("migrations/3_pending.sql")).history.cached).toBe(2);
  const without = await traceSet(dir, set, pendingByPath(set, ["migrations/3_pending.sql"], dir));
  expect(without.history.cached).toBe(0);
});

function tableOf(name: string, heapBytes: number): TableStats {
  return {
    schema: "public",
    name,
    kind: "table",
    partitionOf: null,
    heapBytes,
    toastBytes: 0,
    indexBytes: 0,
    rows: null,
    insertsPerSecond: 1,
    updatesPerSecond: 1,
    deletesPerSecond: 1,
    sequentialScansPerSecond: 1,
    indexScansPerSecond: 1,
    lastVacuum: null,
    lastAnalyze: null,
    indexes: [],
  };
}

function statsOf(tables: readonly TableStats[]): Stats {
  return {
    lockstepStats: 1,
    takenAt: "2024-01-01T00:00:00Z",
    server: "18.1",
    database: "app",
    settings: {
      maintenanceWorkMemBytes: 2 ** 26,
      maxParallelMaintenanceWorkers: 2,
      sharedBuffersBytes: 2 ** 27,
    },
    countedSeconds: 3600,
    tables,
    transactions: { open: 1, longestSeconds: 2.5, typicalSeconds: 0.1 },
    history: [],
  };
}
