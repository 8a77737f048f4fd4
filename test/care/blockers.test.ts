/**
 * The policy for blockers with real sessions of ordinary roles: who is ended, who is not, and what
 * the audit table says of it.
 */
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { BlockerRule } from "../../src/config/blockers-config.ts";
import { BlockerEnder } from "../../src/runner/end-blockers.ts";
import { Observer } from "../../src/runner/observer.ts";
import { Session } from "../../src/postgres/session.ts";
import { createContext } from "../../src/runner/run-context.ts";
import { runSql } from "../../src/postgres/admin.ts";
import { startCli } from "../support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { libraryUp, runnerOptionsFor, type LibraryRun } from "../support/library-run.ts";
import { sharedUrl } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const OWNER = `care_owner_${process.pid}`;
const READER = `care_reader_${process.pid}`;
const TABLE = "create table t (id int primary key, note text)";
const ALTER = { "2_alter.sql": "alter table t add column more int;" };
const FORGOTTEN: BlockerRule = { state: "idle in transaction", olderThan: "200ms" };

let db: TestDatabase;
let url: string;
const open: pg.Client[] = [];

beforeAll(async () => {
  await runSql(sharedUrl(), `create role ${OWNER} login`, `create role ${READER} login`);
});

afterAll(async () => {
  await runSql(sharedUrl(), `drop role ${OWNER}`, `drop role ${READER}`);
});

beforeEach(async () => {
  db = await freshDatabase();
  url = withUser(OWNER);
  await db.admin.query(`grant create on database "${db.name}" to ${OWNER}`);
  await db.admin.query("create schema if not exists app");
  await db.admin.query(`grant all on schema public to ${OWNER}`);
  await runSql(url, TABLE, `grant all on t to ${READER}`);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
  await expectNoLeftovers(db);
  await db.drop();
});

function withUser(user: string): string {
  const address = new URL(db.url);
  address.username = user;
  return address.href;
}

/** A session that keeps a lock on the table in an open transaction. */
async function blocker(user: string, name: string): Promise<pg.Client> {
  const client = await connect(withUser(user), name);
  open.push(client);
  await client.query("begin");
  await client.query("select count(*) from t /* password = 'geheim' */");
  return client;
}

async function isThere(client: pg.Client): Promise<boolean> {
  return client.query("select 1").then(
    () => true,
    () => false,
  );
}

function upWith(rules: readonly BlockerRule[], budgetMs = 20_000): Promise<LibraryRun> {
  const care = rules.length > 0 ? { blockers: { cancel: rules } } : {};
  return libraryUp(url, ALTER, { settings: { care, budgetMs } });
}

const audits = (): Promise<Record<string, unknown>[]> =>
  db.admin.query("select action, migration, done_by, reason, detail from lockstep.audit");

test("a fact of the server: a cancel does nothing to a session that idles in its transaction", async () => {
  const client = await blocker(OWNER, "forgotten");
  const [row] = await db.admin.query<{ pid: number; told: boolean }>(
    "select pid, pg_cancel_backend(pid) as told from pg_stat_activity where application_name = 'forgotten'",
  );
  expect(row?.told).toBe(true);
  // It answers, and in its transaction: the cancel has been looked at and dropped by then.
  expect(await isThere(client)).toBe(true);
  expect(
    await db.admin.query("select mode from pg_locks where pid = $1 and relation = 't'::regclass", [
      row?.pid,
    ]),
  ).toEqual([{ mode: "AccessShareLock" }]);
});

test("idle in a transaction for longer than the rule says: ended, audited, and the migration applies", async () => {
  const client = await blocker(OWNER, "forgotten");
  const { result, events } = await upWith([FORGOTTEN]);
  expect(result?.outcome).toBe("applied");
  expect(await isThere(client)).toBe(false);
  const event = events.find((one) => one.event === "blocker-cancelled");
  expect(event).toMatchObject({
    migration: "2_alter",
    user: OWNER,
    application: "forgotten",
    action: "terminate",
    state: "idle in transaction",
    rule: "idle in transaction, older than 200ms",
    query: "select count(*) from t /* password = *** */",
    transactionAgeMs: expect.any(Number),
  });
  expect(await audits()).toEqual([
    {
      action: "cancel",
      migration: "2_alter",
      done_by: "policy",
      reason: "idle in transaction, older than 200ms",
      detail: expect.objectContaining({
        application: "forgotten",
        action: "terminate",
        user: OWNER,
      }),
    },
  ]);
});

test("a role that is read-only by default ends blockers all the same", async () => {
  await runSql(sharedUrl(), `alter role ${OWNER} set default_transaction_read_only = on`);
  try {
    const client = await blocker(OWNER, "forgotten");
    const { result } = await upWith([FORGOTTEN]);
    expect(result?.outcome).toBe("applied");
    expect(await isThere(client)).toBe(false);
    expect(await audits()).toHaveLength(1);
  } finally {
    await runSql(sharedUrl(), `alter role ${OWNER} reset all`);
  }
});

test("younger than the rule says: not ended, and the budget ends the run with 75", async () => {
  const client = await blocker(OWNER, "thinking");
  const { failure } = await upWith([{ ...FORGOTTEN, olderThan: "1h" }], 800);
  expect(failure).toMatchObject({ class: "ddl.lock_timeout", exitCode: 75 });
  expect(await isThere(client)).toBe(true);
  expect(await audits()).toEqual([]);
});

test("by default nobody is ever cancelled", async () => {
  const client = await blocker(OWNER, "anybody");
  const { failure, events } = await upWith([], 800);
  expect(failure).toMatchObject({ class: "ddl.lock_timeout", exitCode: 75 });
  expect(await isThere(client)).toBe(true);
  expect(events.filter(({ event }) => event === "blocker-cancelled")).toEqual([]);
  expect(await audits()).toEqual([]);
});

test("a report of the own role is cancelled, and its session lives on", async () => {
  const client = await connect(url, "report-daily");
  open.push(client);
  const report = client
    .query("select count(*), pg_sleep(60) from t")
    .catch((error: unknown) => error);
  await waitUntil(
    async () =>
      (
        await db.admin.query(
          "select from pg_stat_activity where wait_event = 'PgSleep' and application_name = 'report-daily'",
        )
      ).length,
    { what: "the report to run" },
  );
  const { result, events } = await upWith([
    { role: "own", application: "report-*", olderThan: "300ms" },
  ]);
  expect(result?.outcome).toBe("applied");
  expect(await report).toMatchObject({ code: "57014" });
  expect(await isThere(client)).toBe(true);
  expect(events.find((one) => one.event === "blocker-cancelled")).toMatchObject({
    action: "cancel",
    application: "report-daily",
    state: "active",
  });
});

test("another role, without the right: a warning with the GRANT, and the budget ends the run", async () => {
  await db.admin.query(`grant pg_read_all_stats to ${OWNER}`);
  try {
    const client = await blocker(READER, "app");
    const { failure, events } = await upWith([FORGOTTEN], 1_500);
    expect(failure).toMatchObject({ class: "ddl.lock_timeout", exitCode: 75 });
    expect(await isThere(client)).toBe(true);
    const warnings = events.filter((one) => one.event === "warning");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ code: "blockers", migration: "2_alter" });
    expect(warnings[0]?.message).toContain(`grant pg_signal_backend to "${OWNER}"`);
    expect(await audits()).toEqual([]);
  } finally {
    await db.admin.query(`revoke pg_read_all_stats from ${OWNER}`);
  }
});

test("another role, whose age is hidden: left alone, with the GRANT that would show it", async () => {
  const client = await blocker(READER, "app");
  const { failure, events } = await upWith([FORGOTTEN], 1_000);
  expect(failure).toMatchObject({ exitCode: 75 });
  expect(await isThere(client)).toBe(true);
  expect(events.filter((one) => one.event === "warning")).toMatchObject([
    { code: "blockers", message: expect.stringContaining(`grant pg_read_all_stats to "${OWNER}"`) },
  ]);
});

test("another role, with the right: ended", async () => {
  const rights = ["pg_read_all_stats", "pg_signal_backend"];
  for (const right of rights) await db.admin.query(`grant ${right} to ${OWNER}`);
  try {
    const client = await blocker(READER, "app");
    const { result } = await upWith([{ role: READER, olderThan: "200ms" }]);
    expect(result?.outcome).toBe("applied");
    expect(await isThere(client)).toBe(false);
  } finally {
    for (const right of rights) await db.admin.query(`revoke ${right} from ${OWNER}`);
  }
});

test("a superuser is never ended", async () => {
  const client = await blocker("postgres", "admin tool");
  await db.admin.query(`grant pg_read_all_stats to ${OWNER}`);
  try {
    const { failure, events } = await upWith([{ application: "*", olderThan: 0 }], 800);
    expect(failure).toMatchObject({ exitCode: 75 });
    expect(await isThere(client)).toBe(true);
    expect(events.filter((one) => one.event === "warning")).toEqual([]);
  } finally {
    await db.admin.query(`revoke pg_read_all_stats from ${OWNER}`);
  }
});

test("an index build that waits for a forgotten snapshot goes on when that is ended", async () => {
  const client = await connect(url, "forgotten");
  open.push(client);
  await client.query("begin isolation level repeatable read");
  await client.query("select 1");
  const files = { "2_index.sql": "create index concurrently t_note on t (note);" };
  const { result, events } = await libraryUp(url, files, {
    settings: { care: { blockers: { cancel: [FORGOTTEN] } } },
  });
  expect(result?.outcome).toBe("applied");
  expect(await isThere(client)).toBe(false);
  expect(events.filter(({ event }) => event === "blocker-cancelled")).toHaveLength(1);
  expect(await audits()).toMatchObject([{ action: "cancel", migration: "2_index" }]);
});

test("the audit row is there when the run fails later, and names the one that was ended only", async () => {
  await blocker(READER, "stays");
  await blocker(OWNER, "goes");
  const { failure } = await upWith([{ role: "own", olderThan: "200ms" }], 1_500);
  expect(failure).toMatchObject({ exitCode: 75 });
  expect(await audits()).toMatchObject([{ detail: { application: "goes" } }]);
});

test("and when the run is killed -9 right behind it", async () => {
  await blocker(READER, "stays");
  await blocker(OWNER, "goes");
  const { dir } = await project({
    files: {
      "migrations/2_alter.sql": ALTER["2_alter.sql"],
      "lockstep.config.json": JSON.stringify({
        blockers: { cancel: [{ role: "own", olderThan: "200ms" }] },
      }),
    },
  });
  const run = startCli(["up", "--json"], { cwd: dir, url });
  await run.waitForOutput(/"blocker-cancelled"/);
  run.kill("SIGKILL");
  await run.done;
  expect(await audits()).toMatchObject([{ action: "cancel", detail: { application: "goes" } }]);
});

test("N1: a session that went on since it was seen is not hit", async () => {
  const client = await blocker(OWNER, "goes on");
  await libraryUp(url, { "1_first.sql": "create table other ()" });
  const options = await runnerOptionsFor(url, {});
  const side = await Session.open(options.target, { applicationName: "test observer" });
  const { pid } = (await client.query("select pg_backend_pid() as pid")).rows[0] as { pid: number };
  const goOn = async (): Promise<void> => {
    await client.query("commit");
    await client.query("begin");
    await client.query("select count(*) from t");
  };
  const paused = new Proxy(side, {
    get(target, key) {
      if (key !== "query") return Reflect.get(target, key, target) as unknown;
      return async (text: string, values?: readonly unknown[]) => {
        const rows = await target.query(text, values);
        if (text.includes("state_ms")) await goOn();
        return rows;
      };
    },
  });
  try {
    const events: string[] = [];
    const ctx = createContext("up", {
      ...options,
      onEvent: ({ event }) => void events.push(event),
    });
    const rule = { state: "idle in transaction", olderThan: 0 };
    const wanted = [{ regclass: "t", mode: "ACCESS EXCLUSIVE" as const }];
    const seen = [{ pid }];
    await new BlockerEnder(ctx, new Observer(paused, []), [rule]).consider("2_alter", seen, {
      wanted,
    });
    expect(events).toEqual([]);
    expect(await isThere(client)).toBe(true);
    // The same without the step in between hits it.
    await new BlockerEnder(ctx, new Observer(side, []), [rule]).consider("2_alter", seen, {
      wanted,
    });
    expect(events).toEqual(["blocker-cancelled"]);
    expect(await isThere(client)).toBe(false);
  } finally {
    await side.close();
  }
});
