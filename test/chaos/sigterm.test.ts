/**
 * SIGTERM and SIGINT: what runs is cancelled, nothing is started any more, the journal is written,
 * and the exit code says which signal it was. The next run takes over at once.
 */
import { describe, expect, it } from "vitest";

import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";
import {
  expectExit,
  expectSettled,
  history,
  holder,
  LEDGER,
  ledger,
  mark,
  openGate,
  runLockHolder,
  runUp,
  startUp,
  WAIT_AT_GATE,
  waitForEndOf,
  waitForStatement,
} from "./support.ts";

const SLOW = {
  "migrations/1_one.sql": mark("1"),
  "migrations/2_two.sql": `create table two (id int);\n${mark("2")}\n${WAIT_AT_GATE}`,
  "migrations/3_three.sql": mark("3"),
};

/** The view shows the builds of all databases, and those of the history's own primary keys. */
const BUILDING = `select from pg_catalog.pg_stat_progress_create_index
  where datname = pg_catalog.current_database() and command = 'CREATE INDEX CONCURRENTLY'`;

async function prepared(): Promise<TestDatabase> {
  const db = await freshDatabase();
  await db.admin.query(
    `${LEDGER}; create table items as select i as id, 0 as n from pg_catalog.generate_series(1, 2000) i`,
  );
  return db;
}

async function outcomes(db: TestDatabase): Promise<string[]> {
  const rows = await db.admin.query<{ outcome: string }>(
    "select outcome from lockstep.runs order by started_at",
  );
  return rows.map(({ outcome }) => outcome);
}

describe("a signal", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)(
    "%s in a long transactional statement rolls back and exits with %i",
    async (name, code) => {
      await using db = await prepared();
      const { dir } = await project({ files: SLOW });
      const stopped = startUp(dir, db.url);
      await waitForStatement(db.admin, /pg_sleep/);
      const second = startUp(dir, db.url);
      await second.waitForOutput(/waiting-for-lock/);
      // The second run gets the lock within moments, and its files find the gate open.
      await openGate(db.admin);
      stopped.kill(name);
      const result = await stopped.done;
      expectExit(result, code);
      expect(result.ms).toBeLessThan(60_000);
      const events = result.events();
      const started = events.flatMap((e) => (e.event === "migration-started" ? [e.migration] : []));
      expect(started).toEqual(["1_one", "2_two"]);
      expect(events.at(-1)).toMatchObject({
        event: "run-finished",
        outcome: "interrupted",
        applied: ["1_one"],
        remaining: 2,
      });
      expectExit(await second.done, 0);
      expect(await ledger(db.admin)).toEqual(["1", "2", "3"]);
      expect(await history(db.admin)).toEqual(["1", "2", "3"]);
      expect(await outcomes(db)).toEqual(["interrupted", "applied"]);
      await expectSettled(db);
    },
  );

  it.each([1, 2, 3, 4, 5])(
    "at the very moment at which a file is sent ends it in order (%i)",
    async () => {
      await using db = await prepared();
      const { dir } = await project({ files: { "migrations/1_slow.sql": "select pg_sleep(60);" } });
      const stopped = startUp(dir, db.url);
      // Nobody has waited for the statement to begin.
      await stopped.waitForOutput(/migration-started/);
      stopped.kill("SIGTERM");
      const result = await stopped.done;
      expectExit(result, 143);
      expect(result.events().at(-1)).toMatchObject({ outcome: "interrupted" });
      expect(await outcomes(db)).toEqual(["interrupted"]);
      await expectSettled(db);
    },
  );

  it("in a rolled-back file leaves nothing of it", async () => {
    await using db = await prepared();
    const { dir } = await project({ files: SLOW });
    const stopped = startUp(dir, db.url);
    await waitForStatement(db.admin, /pg_sleep/);
    stopped.kill("SIGTERM");
    expectExit(await stopped.done, 143);
    expect(await ledger(db.admin)).toEqual(["1"]);
    expect(await history(db.admin)).toEqual(["1"]);
    expect(await db.admin.query("select to_regclass('two') as two")).toEqual([{ two: null }]);
    await expectSettled(db);
  });

  it("in a concurrent index build that waits for a writer ends soon, and the next run builds it", async () => {
    await using db = await prepared();
    const { dir } = await project({
      files: {
        "migrations/1_index.sql": "create index concurrently items_n on items (n);",
        "migrations/2_after.sql": mark("after"),
      },
    });
    const writer = await holder(db.url, "begin", "lock table items in row exclusive mode");
    const stopped = startUp(dir, db.url);
    await waitForStatement(db.admin, /create index concurrently/);
    await waitUntil(async () => (await db.admin.query(BUILDING)).length > 0, {
      what: "the index build",
    });
    stopped.kill("SIGTERM");
    // Cleaning up would wait for the same writer; the exit must not.
    expectExit(await stopped.done, 143);
    await writer.end();
    expect(await history(db.admin)).toEqual([]);
    expectExit(await runUp(dir, db.url), 0);
    expect(await history(db.admin)).toEqual(["1", "2"]);
    expect(await ledger(db.admin)).toEqual(["after"]);
    await expectSettled(db);
  });

  it("in a concurrent index build leaves no index when cleaning up waits for nobody", async () => {
    await using db = await prepared();
    await db.admin.query(
      "create function slow(int) returns int immutable language sql as $$ select $1 from pg_catalog.pg_sleep(0.05) $$",
    );
    const { dir } = await project({
      files: { "migrations/1_index.sql": "create index concurrently items_n on items (slow(n));" },
    });
    const stopped = startUp(dir, db.url);
    // Before this phase there is no index yet that would have to go.
    const underWay = `${BUILDING} and phase like 'building index%'`;
    await waitUntil(async () => (await db.admin.query(underWay)).length > 0, {
      deadlineMs: 15_000,
      what: "the index build",
    });
    stopped.kill("SIGTERM");
    expectExit(await stopped.done, 143);
    expect(await db.admin.query("select to_regclass('items_n') as index")).toEqual([
      { index: null },
    ]);
    await expectSettled(db);
  });

  it("while waiting for the lock ends at once and touches nothing", async () => {
    await using db = await prepared();
    const { dir } = await project({ files: SLOW });
    const first = startUp(dir, db.url);
    await waitForStatement(db.admin, /pg_sleep/);
    const before = await runLockHolder(db.admin);
    const waiting = startUp(dir, db.url);
    await waiting.waitForOutput(/waiting-for-lock/);
    waiting.kill("SIGTERM");
    expectExit(await waiting.done, 143);
    expect(await runLockHolder(db.admin)).toBe(before);
    first.kill("SIGTERM");
    expectExit(await first.done, 143);
    expect(await outcomes(db)).toEqual(["interrupted"]);
    await expectSettled(db);
  });

  it("while waiting for a blocker of the next file ends at once", async () => {
    await using db = await prepared();
    const { dir } = await project({
      files: { "migrations/1_alter.sql": `alter table items add column x int;\n${mark("1")}` },
    });
    const reader = await holder(db.url, "begin", "select from items limit 1");
    const stopped = startUp(dir, db.url);
    await stopped.waitForOutput(/"event":"blocked"/);
    stopped.kill("SIGTERM");
    expectExit(await stopped.done, 143);
    expect(await ledger(db.admin)).toEqual([]);
    await reader.end();
    expectExit(await runUp(dir, db.url), 0);
    expect(await ledger(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });

  it("in a batch loop keeps the committed rounds, and the next run goes on behind them", async () => {
    await using db = await prepared();
    const { dir } = await project({
      files: {
        "migrations/1_loop.mjs": `
          export const transaction = false;
          export async function up(db) {
            await db.batch(0, async (last, tx) => {
              await tx.sql\`update items set n = n + 1 where id > \${last} and id <= \${last + 500}\`;
              if (last === 1000) await tx.query(${JSON.stringify(WAIT_AT_GATE)});
              return last + 500 < 2000 ? last + 500 : null;
            });
          }`,
      },
    });
    const stopped = startUp(dir, db.url);
    await waitForStatement(db.admin, /pg_sleep/);
    await openGate(db.admin);
    stopped.kill("SIGTERM");
    expectExit(await stopped.done, 143);
    const counts = await db.admin.query(
      "select n, count(*)::int as rows from items group by n order by n",
    );
    expect(counts).toEqual([
      { n: 0, rows: 1000 },
      { n: 1, rows: 1000 },
    ]);
    expectExit(await runUp(dir, db.url), 0);
    expect(await db.admin.query("select distinct n from items")).toEqual([{ n: 1 }]);
    await expectSettled(db);
  });

  it("ends a long statement although the observer, which cancels, is gone", async () => {
    await using db = await prepared();
    const { dir } = await project({ files: SLOW });
    const stopped = startUp(dir, db.url);
    const pid = await waitForStatement(db.admin, /pg_sleep/);
    const ended = await db.admin.query(
      `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
       where datname = pg_catalog.current_database() and application_name like 'lockstep % observer'`,
    );
    expect(ended).toHaveLength(1);
    stopped.kill("SIGTERM");
    expectExit(await stopped.done, 143);
    // The server notices within a second that its client is gone.
    await waitForEndOf(db.admin, pid);
    expect(await history(db.admin)).toEqual(["1"]);
    await openGate(db.admin);
    expectExit(await runUp(dir, db.url), 0);
    expect(await ledger(db.admin)).toEqual(["1", "2", "3"]);
    await expectSettled(db);
  });
});
