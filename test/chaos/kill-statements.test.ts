/**
 * SIGKILL while the server is inside a statement: its backend goes on as an orphan until it
 * notices. The next run starts at once, waits for the orphan's lock and completes the work; the
 * two never work at the same time.
 */
import type pg from "pg";
import { describe, expect, it } from "vitest";

import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { sharedServer } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { startProxy, type SeenMessage } from "../support/proxy.ts";
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
  startUp,
  WAIT_AT_GATE,
  waitForEndOf,
  waitForStatement,
  watchWork,
} from "./support.ts";

const SCHEMA = `
  create table items (id int primary key, n int not null default 0);
  insert into items (id) select pg_catalog.generate_series(1, 2000);
  create index items_old on items (n);
  create table events (at int not null) partition by range (at);
  create table events_1 partition of events for values from (0) to (10);
  insert into events values (1)`;

async function prepared(): Promise<TestDatabase> {
  const db = await freshDatabase();
  await db.admin.query(`${LEDGER};${SCHEMA}`);
  return db;
}

const WRITER = ["begin", "lock table items in row exclusive mode"];
const READER = ["begin", "lock table items in access share mode"];
const SNAPSHOT = ["begin isolation level repeatable read", "select 1"];

/** A phase in which a concurrent statement waits, and who makes it wait there. */
interface Phase {
  readonly name: string;
  /** Each is begun while the statement waits for the one before it. */
  readonly holders: readonly (readonly string[])[];
}

const INDEX_PHASES: readonly Phase[] = [
  { name: "writers before build", holders: [WRITER] },
  { name: "writers before validation", holders: [WRITER, WRITER] },
  { name: "old snapshots", holders: [WRITER, WRITER, SNAPSHOT] },
];

const CASES: readonly (Phase & { readonly statement: string })[] = [
  ...INDEX_PHASES.map((phase) => ({
    ...phase,
    statement: "create index concurrently items_n on items (n)",
  })),
  ...[
    ...INDEX_PHASES,
    { name: "readers before marking dead", holders: [WRITER, WRITER, READER] },
    { name: "readers before dropping", holders: [WRITER, WRITER, READER, READER] },
  ].map((phase) => ({ ...phase, statement: "reindex index concurrently items_old" })),
  {
    statement: "drop index concurrently items_old",
    name: "readers of the valid index",
    holders: [READER],
  },
  {
    statement: "drop index concurrently items_old",
    name: "readers of the dead index",
    holders: [READER, READER],
  },
];

/** Begins the holders one after the other, so that only the last one is in the way in the end. */
async function leadTo(
  db: TestDatabase,
  pid: number,
  phase: Phase,
  first: pg.Client,
): Promise<pg.Client> {
  const waitsFor = async (client: pg.Client): Promise<void> => {
    const other = (client as unknown as { processID: number }).processID;
    await waitUntil(
      async () =>
        (
          await db.admin.query("select where $1 = any (pg_catalog.pg_blocking_pids($2))", [
            other,
            pid,
          ])
        ).length > 0,
      { deadlineMs: 15_000, what: `backend ${pid} to wait for the holder` },
    );
  };
  let current = first;
  await waitsFor(current);
  for (const statements of phase.holders.slice(1)) {
    const next = await holder(db.url, ...statements);
    await current.end();
    current = next;
    await waitsFor(current);
  }
  return current;
}

describe("a process killed inside a concurrent statement", () => {
  it.each(CASES)("$statement, waiting for $name, is completed by the next run", async (one) => {
    await using db = await prepared();
    const { dir } = await project({
      files: {
        "migrations/1_one.sql": `${one.statement};`,
        "migrations/2_after.sql": mark("after"),
      },
    });
    const first = await holder(db.url, ...one.holders[0]!);
    const killed = startUp(dir, db.url);
    const pid = await waitForStatement(db.admin, new RegExp(one.statement.slice(0, 20)));
    const last = await leadTo(db, pid, one, first);
    if (one.statement.startsWith("create") || one.statement.startsWith("reindex")) {
      const [progress] = await db.admin.query<{ phase: string }>(
        "select phase from pg_catalog.pg_stat_progress_create_index where pid = $1",
        [pid],
      );
      expect(progress?.phase).toBe(`waiting for ${one.name}`);
    }
    const watch = await watchWork(db.url);
    killed.kill("SIGKILL");
    const next = startUp(dir, db.url);
    await killed.done;
    // The server ends the orphan although what it waits for is still there.
    await waitForEndOf(db.admin, pid);
    await last.end();
    expectExit(await next.done, 0);
    const { overlaps, workers } = await watch.stop();
    expect(overlaps).toEqual([]);
    expect(workers.has(pid)).toBe(true);
    expect(await history(db.admin)).toEqual(["1", "2"]);
    expect(await ledger(db.admin)).toEqual(["after"]);
    const indexes = await db.admin.query<{ name: string }>(
      "select relname as name from pg_catalog.pg_class where relname like 'items\\_%' and relkind = 'i' order by 1",
    );
    const expected = ["items_n", "items_old", "items_pkey"].filter(
      (name) =>
        (name !== "items_n" || one.statement.startsWith("create")) &&
        (name !== "items_old" || !one.statement.startsWith("drop")),
    );
    expect(indexes.map(({ name }) => name)).toEqual(expected);
    await expectSettled(db);
  });

  it("detach partition concurrently, detach pending, is finalized by the next run", async () => {
    await using db = await prepared();
    const { dir } = await project({
      files: {
        "migrations/1_one.sql": "alter table events detach partition events_1 concurrently;",
        "migrations/2_after.sql": mark("after"),
      },
    });
    // An open reader of the parent: the first transaction of the statement commits, then it waits.
    const reader = await holder(db.url, "begin", "select from events");
    const killed = startUp(dir, db.url);
    const pending = async (): Promise<boolean> =>
      (await db.admin.query("select from pg_catalog.pg_inherits where inhdetachpending")).length >
      0;
    await waitUntil(pending, { deadlineMs: 15_000, what: "detach pending" });
    const watch = await watchWork(db.url);
    killed.kill("SIGKILL");
    await killed.done;
    const next = startUp(dir, db.url);
    // Finalizing waits for the same reader, and must not give up over it.
    await next.waitForOutput(/"event":"recovering"/);
    await next.waitForOutput(/"event":"(blocked|retrying)"/);
    expect(await pending()).toBe(true);
    await reader.end();
    expectExit(await next.done, 0);
    expect((await watch.stop()).overlaps).toEqual([]);
    expect(await history(db.admin)).toEqual(["1", "2"]);
    const left = await db.admin.query(
      "select from pg_catalog.pg_inherits where inhparent = 'events'::regclass",
    );
    expect(left).toEqual([]);
    await expectSettled(db);
  });

  it("detach partition concurrently outlasts a reader without a crash, too", async () => {
    await using db = await prepared();
    const { dir } = await project({
      files: {
        "migrations/1_one.sql": "alter table events detach partition events_1 concurrently;",
      },
    });
    const reader = await holder(db.url, "begin", "select from events");
    const run = startUp(dir, db.url);
    await run.waitForOutput(/"event":"retrying"[^]*"event":"retrying"/);
    await reader.end();
    expectExit(await run.done, 0);
    expect(await history(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });

  it("detach partition concurrently, out of time, says what is left and is completed by the next run", async () => {
    await using db = await prepared();
    const { dir } = await project({
      files: {
        "migrations/1_one.sql": "alter table events detach partition events_1 concurrently;",
      },
    });
    const reader = await holder(db.url, "begin", "select from events");
    const result = await startUp(dir, db.url, { LOCKSTEP_BUDGET: "500ms" }).done;
    expectExit(result, 75);
    expect(result.stdout).toMatch(/half-done \(the partition is detach pending\)/);
    await reader.end();
    expectExit(await startUp(dir, db.url).done, 0);
    expect(await history(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });
});

describe("a process killed inside other work", () => {
  const MODULE = `
    export const transaction = false;
    export async function up(db) {
      await db.batch(0, async (last, tx) => {
        await tx.sql\`update items set n = n + 1 where id > \${last} and id <= \${last + 500}\`;
        if (last === 1000) await tx.query(${JSON.stringify(WAIT_AT_GATE)});
        return last + 500 < 2000 ? last + 500 : null;
      });
    }`;

  it.each([
    ["a transactional file", "2_two.sql", `update items set n = n + 1;\n${WAIT_AT_GATE}`],
    ["the middle of a batch loop", "2_two.mjs", MODULE],
  ])("%s: rolled back, and applied once by the next run", async (_name, file, content) => {
    await using db = await prepared();
    const { dir } = await project({
      files: {
        "migrations/1_one.sql": mark("1"),
        [`migrations/${file}`]: content,
        "migrations/3_three.sql": mark("3"),
      },
    });
    const watch = await watchWork(db.url);
    const killed = startUp(dir, db.url);
    const pid = await waitForStatement(db.admin, /pg_sleep/);
    // Only a statement that begins from now on finds the gate open: the orphan sleeps on.
    await openGate(db.admin);
    killed.kill("SIGKILL");
    const next = startUp(dir, db.url);
    await killed.done;
    expectExit(await next.done, 0);
    const { overlaps, workers } = await watch.stop();
    expect(overlaps).toEqual([]);
    // The watch has seen the orphan at work, so it would have seen two.
    expect(workers.has(pid)).toBe(true);
    expect(await db.admin.query("select distinct n from items")).toEqual([{ n: 1 }]);
    expect(await ledger(db.admin)).toEqual(["1", "3"]);
    expect(await history(db.admin)).toEqual(["1", "2", "3"]);
    await expectSettled(db);
  });
});

describe("a process killed around a message", () => {
  const files = {
    "migrations/1_one.sql": mark("1"),
    "migrations/2_two.sql": `create table two (id int);\n${mark("2")}`,
    "migrations/3_three.sql": mark("3"),
  };

  interface Point {
    readonly name: string;
    /** What must have passed before, so that it is known which COMMIT follows. */
    readonly after: string;
    readonly at: (message: SeenMessage) => boolean;
  }
  const isCommit = ({ direction, type, payload }: SeenMessage): boolean =>
    direction === "frontend"
      ? type === "P" && payload.includes("\0commit\0")
      : type === "C" && payload.includes("COMMIT");

  const POINTS: readonly (Point & { readonly direction: "frontend" | "backend" })[] = [
    {
      name: "before the COMMIT of a file arrives",
      after: "create table two",
      direction: "frontend",
      at: isCommit,
    },
    {
      name: "between the COMMIT of a file and its reply",
      after: "create table two",
      direction: "backend",
      at: isCommit,
    },
    {
      name: "before the bootstrap of the history commits",
      after: "create schema",
      direction: "frontend",
      at: isCommit,
    },
    {
      name: "between the bootstrap of the history and its reply",
      after: "create schema",
      direction: "backend",
      at: isCommit,
    },
    {
      name: "in the middle of the bootstrap of the history",
      after: "create schema",
      direction: "frontend",
      at: ({ payload }) => payload.includes("journal"),
    },
  ];

  it.each(POINTS)(
    "$name: the next run applies each file once",
    async ({ after, direction, at }) => {
      await using db = await prepared();
      const { dir } = await project({ files });
      const proxy = await startProxy({ target: sharedServer() });
      try {
        let armed: number | undefined;
        proxy.when({ direction: "frontend", type: "P", contains: after }, ({ connection }) => {
          armed = connection;
        });
        let holding!: () => void;
        const held = new Promise<void>((resolve) => (holding = resolve));
        proxy.when({ direction, occurrence: "every" }, (message) => {
          if (message.connection !== armed || !at(message)) return;
          holding();
          return "hold";
        });
        const watch = await watchWork(db.url);
        const killed = startUp(dir, proxy.url(db.url));
        await held;
        killed.kill("SIGKILL");
        const next = startUp(dir, db.url);
        await killed.done;
        // The end of the stream is held like everything else: this is the kernel's reset.
        proxy.cutAll();
        expectExit(await next.done, 0);
        expect((await watch.stop()).overlaps).toEqual([]);
        expect(await ledger(db.admin)).toEqual(["1", "2", "3"]);
        expect(await history(db.admin)).toEqual(["1", "2", "3"]);
        await proxy.close();
        await expectSettled(db);
      } finally {
        await proxy.close();
      }
    },
  );
});
