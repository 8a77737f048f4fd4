/** `lockstep watch` beside real runs: what it shows of them, and how it ends. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { WatchState } from "../../src/runbook/watch-state.ts";
import { grants } from "../../src/runner/grants.ts";
import { runSql } from "../../src/postgres/admin.ts";
import { runCli, startCli, type CliResult } from "../support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import { sharedUrl } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const TABLE = "create table orders as select i as id from pg_catalog.generate_series(1, 1000) i;";
const BUILD = "create index concurrently orders_id on orders (id);";

/** The objects that `watch --json` printed of one kind. */
function printed<T>(result: CliResult, event: string): T[] {
  return (result.events() as unknown as { event: string }[]).filter(
    (one) => one.event === event,
  ) as T[];
}

test("whom a run waits for without queueing, and that it goes on then", async () => {
  const { dir: cwd } = await project({
    files: {
      "migrations/1_orders.sql": TABLE,
      "migrations/20240102120000_a_note.sql": "alter table orders add column note text;",
    },
  });
  const at = { cwd, url: db.url };
  await runCli(["up", "--to", "1"], at);
  const blocker = await connect(db.url, "test report");
  await blocker.query("begin; select from orders limit 1");
  const watch = startCli(["watch", "--wait"], at);
  await watch.waitForOutput(/no run is under way; waiting for one/);
  const up = startCli(["up"], at);
  await watch.waitForOutput(/Z up, run [0-9a-f]{8} on \S+ by postgres/);
  await watch.waitForOutput(/20240102120000_a_note: waits without queueing/);
  await watch.waitForOutput(
    /held up by pid \d+ \(test report, postgres.*\), idle in transaction for .*select from orders limit 1/,
  );
  await blocker.end();
  expect(await up.done).toMatchObject({ code: 0 });
  const done = await watch.done;
  expect(done).toMatchObject({ code: 0, stderr: "" });
  expect(done.stdout).toMatch(/Z done 20240102120000_a_note \d+ m?s/);
  expect(done.stdout).toMatch(/Run [0-9a-f]{8} ended well, 1 migration applied in /);
});

test("the phase of an index build, who holds it up and who waits behind it; one object per change", async () => {
  const { dir: cwd } = await project({
    files: { "migrations/1_orders.sql": TABLE, "migrations/2_index.sql": BUILD },
  });
  const at = { cwd, url: db.url };
  await runCli(["up", "--to", "1"], at);
  const writer = await connect(db.url, "test writer");
  await writer.query("begin; insert into orders values (0)");
  const up = startCli(["up"], at);
  const watch = startCli(["watch", "--wait", "--json"], at);
  await watch.waitForOutput(/waiting for writers before build/);
  const other = await connect(db.url, "test other");
  // An ALTER TABLE would have a snapshot, which the build waits for: a deadlock.
  const waiting = other.query("vacuum orders");
  await watch.waitForOutput(/"victims":\[\{/);
  await writer.end();
  await waiting;
  await other.end();
  expect(await up.done).toMatchObject({ code: 0 });
  const done = await watch.done;
  expect(done).toMatchObject({ code: 0, stderr: "" });
  const states = printed<WatchState>(done, "state");
  expect(states.find(({ victims }) => victims.length > 0)).toMatchObject({
    run: { command: "up", outcome: "running", applied: 0 },
    activity: "blocked",
    step: {
      migration: "2_index",
      ordinal: 1,
      statement: expect.stringContaining("create index concurrently"),
      progress: {
        phase: "waiting for writers before build",
        percent: 0,
        relation: expect.stringContaining("orders"),
      },
    },
    wants: { what: "the end of older transactions" },
    blockers: [{ application: "test writer", state: "idle in transaction" }],
    victims: [
      {
        session: { application: "test other" },
        relation: expect.stringContaining("orders"),
        waitedMs: expect.any(Number),
      },
    ],
    hidden: false,
  });
  // Clocks alone are no change.
  const clocks = /"(?:at|elapsedMs|waitedMs|transactionAgeMs)":[^,}]*/g;
  const words = states.map((state) => JSON.stringify(state).replace(clocks, ""));
  expect(words.filter((text, index) => text === words[index - 1])).toEqual([]);
  expect(printed(done, "end")).toMatchObject([{ kind: "ended", run: { outcome: "applied" } }]);
});

test("a run that fails ends the watch with its exit code and what it said", async () => {
  const { dir: cwd } = await project({
    files: {
      "migrations/1_orders.sql": TABLE,
      "migrations/2_wrong.sql":
        "select pg_catalog.pg_sleep(1.5);\nalter table orders\n  add column id int;",
    },
  });
  const at = { cwd, url: db.url };
  const up = startCli(["up"], at);
  const watch = startCli(["watch", "--wait"], at);
  await watch.waitForOutput(/2_wrong: .*pg_sleep/);
  expect(await up.done).toMatchObject({ code: 79 });
  const done = await watch.done;
  expect(done.code).toBe(79);
  expect(done.stdout).toContain("done 1_orders");
  expect(done.stdout).toContain("migrations/2_wrong.sql:2:1");
  expect(done.stdout).toMatch(/`lockstep explain [0-9a-f]{8}` says what it means/);
  // Afterwards there is nothing to watch, unless it is asked for.
  const nothing = await runCli(["watch"], at);
  expect(nothing).toMatchObject({ code: 0, stdout: expect.stringMatching(/No run is under way/) });
  const [, id = ""] = /Run ([0-9a-f]{8}) failed/.exec(done.stdout) ?? [];
  expect(await runCli(["watch", id], at)).toMatchObject({ code: 79 });
  expect(await runCli(["watch", "0000"], at)).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("No run whose id begins with `0000`"),
  });
});

test("a run that is killed is gone after a moment", async () => {
  const { dir: cwd } = await project({
    files: { "migrations/1_slow.sql": "select pg_catalog.pg_sleep(60);" },
  });
  const at = { cwd, url: db.url };
  const up = startCli(["up"], at);
  const watch = startCli(["watch", "--wait"], at);
  await watch.waitForOutput(/1_slow: .*pg_sleep/);
  up.kill("SIGKILL");
  const done = await watch.done;
  expect(done.stdout).toContain("no session of the run is connected");
  expect(done).toMatchObject({ code: 75, stdout: expect.stringMatching(/Run \S+ is gone/) });
});

test("a role that may read the history alone sees names and locks, and is told what it lacks", async () => {
  const role = `t_watch_${db.name}`;
  await runSql(sharedUrl(), `create role "${role}" login`);
  try {
    const { dir: cwd } = await project({
      files: {
        "migrations/1_orders.sql": TABLE,
        "migrations/2_slow.sql": "select pg_catalog.pg_sleep(60);",
      },
    });
    await runCli(["up", "--to", "1"], { cwd, url: db.url });
    const url = sharedUrl(db.name, role);
    expect(await runCli(["watch"], { cwd, url })).toMatchObject({ code: 77 });
    await db.admin.query(grants({ historySchema, historyPrefix: "", roles: { gate: role } }));
    const up = startCli(["up"], { cwd, url: db.url });
    const watch = startCli(["watch", "--wait"], { cwd, url });
    await watch.waitForOutput(/Z 2_slow/);
    await watch.waitForOutput(/`grant pg_read_all_stats to "?t_watch_\w+"?;` shows them/);
    up.kill("SIGTERM");
    await up.done;
    const done = await watch.done;
    expect(done).toMatchObject({ code: 143, stderr: "" });
    expect(done.stdout.match(/pg_read_all_stats/g)).toHaveLength(1);
    expect(done.stdout).not.toContain("pg_sleep");
  } finally {
    await db.admin.query(`drop owned by "${role}"`);
    await runSql(sharedUrl(), `drop role "${role}"`);
  }
});

test("one connection and one query a second, without a snapshot that an index build waits for", async () => {
  const { dir: cwd } = await project({
    files: {
      "migrations/1_orders.sql": TABLE,
      "migrations/2_slow.sql": "select pg_catalog.pg_sleep(60);",
    },
  });
  const at = { cwd, url: db.url };
  const up = startCli(["up"], at);
  const watch = startCli(["watch", "--wait"], at);
  await watch.waitForOutput(/2_slow: .*pg_sleep/);
  const ours = `select a.pid, a.query_start::text as at, a.backend_xmin from pg_stat_activity a
    where a.datname = current_database() and a.application_name like 'lockstep %'
      and a.query = 'commit' and a.state = 'idle' and a.pid <> all ($1)`;
  const run = await db.admin.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database()
     and (application_name like '% observer' or query like '%pg_sleep(60)%')`,
  );
  const looks = new Set<string>();
  const pids = new Set<number>();
  const until = performance.now() + 4000;
  await waitUntil(
    async () => {
      const rows = await db.admin.query<{ pid: number; at: string; backend_xmin: unknown }>(ours, [
        run.map(({ pid }) => pid),
      ]);
      for (const { pid, at: began, backend_xmin } of rows) {
        pids.add(pid);
        looks.add(began);
        expect(backend_xmin).toBeNull();
      }
      return performance.now() > until;
    },
    { what: "four seconds of looks", deadlineMs: 10_000 },
  );
  expect(pids.size).toBe(1);
  expect(looks.size).toBeGreaterThanOrEqual(2);
  expect(looks.size).toBeLessThanOrEqual(6);
  watch.kill("SIGINT");
  const left = await watch.done;
  expect(left).toMatchObject({ code: 130, stderr: expect.stringContaining("goes on") });
  up.kill("SIGTERM");
  expect(await up.done).toMatchObject({ code: 143 });
});
