import { afterEach, beforeEach, expect, test } from "vitest";
import { runKey } from "../../src/postgres/advisory-lock.ts";
import { status } from "../../src/runner/status.ts";
import { verify } from "../../src/runner/verify.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import { libraryUp, runnerOptionsFor, type TestMigrations } from "../support/library-run.ts";
import { sharedServer } from "../support/postgres.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const statusOf = async (migrations: TestMigrations, settings = {}) =>
  status(await runnerOptionsFor(db.url, migrations, { settings }));
const verifyOf = async (migrations: TestMigrations, settings = {}) =>
  verify(await runnerOptionsFor(db.url, migrations, { settings }));

const TWO = { "001_a.sql": "create table a (id int)", "002_b.sql": "create table b (id int)" };
const VIEW = { "R__v.sql": "create or replace view v as select 1 as one" };

/** Fails as long as nobody is ready, outside of a transaction: nobody can tell what it did. */
const UNCERTAIN =
  "-- lockstep:transaction none\ncreate table c (id int);\ninsert into c select 1 / (select count(*) from ready)";

test("a database without history has nothing applied", async () => {
  expect(await statusOf(TWO)).toMatchObject({
    database: db.name,
    server: expect.stringMatching(new RegExp(`^${sharedServer().version}\\.`)),
    connection: "direct",
    historyExists: false,
    current: null,
    applied: [],
    pending: [
      { id: "001_a", file: "001_a.sql", kind: "versioned", changed: false },
      { id: "002_b", changed: false },
    ],
    problems: [],
    lastRun: null,
    running: null,
  });
});

test("applied migrations come with when, by whom and how, and the last run with its end", async () => {
  const before = new Date(Date.now() - 60_000).toISOString();
  const { result } = await libraryUp(db.url, { ...TWO, ...VIEW });
  const found = await statusOf({
    ...TWO,
    "R__v.sql": "create or replace view v as select 1 as one ",
  });
  expect(found).toMatchObject({
    current: "2",
    applied: [
      {
        id: "001_a",
        kind: "versioned",
        version: "1",
        name: "a",
        appliedBy: "postgres",
        origin: "native",
      },
      { id: "002_b" },
      { id: "R__v", kind: "repeatable", version: null },
    ],
    pending: [{ id: "R__v", kind: "repeatable", changed: true }],
    lastRun: { id: result!.runId, command: "up", outcome: "applied", failureClass: null },
  });
  const { appliedAt } = found.applied[0]!;
  expect(appliedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(appliedAt > before && appliedAt <= new Date(Date.now() + 60_000).toISOString()).toBe(true);
});

test("the runner that holds the lock is named", async () => {
  await libraryUp(db.url, TWO);
  const runner = await connect(db.url, "test runner");
  try {
    const { rows } = await runner.query(
      `select pg_backend_pid() as pid, pg_advisory_lock(${runKey(historySchema).key})`,
    );
    const { running } = await statusOf(TWO);
    expect(running).toMatchObject({ pid: rows[0].pid, application: "test runner" });
    expect(new Date(running!.since).getTime()).toBeGreaterThan(Date.now() - 600_000);
  } finally {
    await runner.end();
  }
});

test("verify finds what is edited, missing and out of order", async () => {
  await libraryUp(db.url, { ...TWO, "004_d.sql": "select 1" });
  const now = { "002_b.sql": "select 2", "003_c.sql": "select 3", "004_d.sql": "select 1" };
  const { checked, problems } = await verifyOf(now);
  expect(checked).toBe(3);
  expect(problems.map(({ kind, migration }) => [kind, migration])).toEqual([
    ["edited", "002_b"],
    ["out-of-order", "003_c"],
    ["missing", "1_a"],
  ]);
  expect(problems.every(({ failure }) => failure.exitCode === 65)).toBe(true);
  expect((await statusOf(now)).problems).toEqual(problems);
  const allowed = await verifyOf(now, { outOfOrder: "allow" });
  expect(allowed.problems.map(({ kind }) => kind)).toEqual(["edited", "missing"]);
});

test("verify of a history that agrees with its files finds nothing", async () => {
  await libraryUp(db.url, { ...TWO, ...VIEW });
  expect(await verifyOf({ ...TWO, ...VIEW })).toEqual({ checked: 3, problems: [] });
});

test("a step whose outcome nobody can tell is a problem with both ways out", async () => {
  await db.admin.query("create table ready (id int)");
  const migrations = { ...TWO, "003_c.sql": UNCERTAIN };
  const { failure } = await libraryUp(db.url, migrations);
  expect(failure).toMatchObject({ exitCode: 80 });
  const found = await statusOf(migrations);
  expect(found).toMatchObject({
    current: "2",
    pending: [{ id: "003_c" }],
    lastRun: { outcome: "failed" },
    problems: [{ kind: "unknown-outcome", migration: "003_c" }],
  });
  expect(found.problems[0]!.action).toContain("`lockstep resolve 003 --not-applied`");
  expect((await verifyOf(migrations)).problems).toEqual(found.problems);
});

test("an interrupted migration that recovers by itself is told apart, unless somebody is at it", async () => {
  await libraryUp(db.url, TWO);
  await db.admin.query(`insert into lockstep.journal
    (migration, direction, ordinal, kind, statement_checksum, state, run_id) values
    ('003_c', 'up', 1, 'vacuum', '', 'done', gen_random_uuid()),
    ('003_c', 'up', 2, 'create-index-concurrently', '', 'started', gen_random_uuid())`);
  const { problems } = await verifyOf(TWO);
  expect(problems).toMatchObject([
    { kind: "interrupted", migration: "003_c", message: expect.stringContaining("in step 2") },
  ]);
  expect(problems[0]!.action).toBe("Run `lockstep up`; it recovers by itself.");
  const runner = await connect(db.url, "test runner");
  try {
    await runner.query(`select pg_advisory_lock(${runKey(historySchema).key})`);
    expect((await verifyOf(TWO)).problems).toEqual([]);
  } finally {
    await runner.end();
  }
});
