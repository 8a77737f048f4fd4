/**
 * The network breaks between a runner and the server, at an exact message. No second runner works
 * beside the orphan that the server still has, the same run recovers by itself, and a COMMIT whose
 * reply was lost is found out: each file is applied exactly once.
 */
import { describe, expect, it } from "vitest";

import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { sharedServer } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { startProxy, type Action, type Proxy, type SeenMessage } from "../support/proxy.ts";
import { waitUntil } from "../support/wait-until.ts";
import {
  announced,
  expectExit,
  expectSettled,
  history,
  holder,
  LEDGER,
  ledger,
  mark,
  openGate,
  runLockHolder,
  startUp,
  WAIT_AT_GATE,
  waitForEndOf,
  waitForStatement,
  watchWork,
} from "./support.ts";

const SMALL = {
  "migrations/1_one.sql": mark("1"),
  "migrations/2_two.sql": `create table two (id int);\n${mark("2")}`,
  "migrations/3_three.sql": mark("3"),
};
const SLOW = {
  ...SMALL,
  "migrations/2_two.sql": `create table two (id int);\n${mark("2")}\n${WAIT_AT_GATE}`,
};

async function prepared(): Promise<TestDatabase> {
  const db = await freshDatabase();
  await db.admin.query(LEDGER);
  return db;
}

async function expectOnce(db: TestDatabase): Promise<void> {
  expect(await ledger(db.admin)).toEqual(["1", "2", "3"]);
  expect(await history(db.admin)).toEqual(["1", "2", "3"]);
  await expectSettled(db);
}

/** Acts at the first message for which `at` holds, on the connection that has sent file 2. */
function whenAfterFileTwo(
  proxy: Proxy,
  at: (message: SeenMessage) => boolean,
  action: Action | (() => Action | void),
): Promise<void> {
  let armed: number | undefined;
  let done = false;
  proxy.when({ direction: "frontend", type: "P", contains: "create table two" }, (message) => {
    armed = message.connection;
  });
  return new Promise((resolve) => {
    const decide = (message: SeenMessage): Action | void => {
      if (done || message.connection !== armed || !at(message)) return;
      done = true;
      resolve();
      return typeof action === "function" ? action() : action;
    };
    for (const direction of ["frontend", "backend"] as const) {
      proxy.when({ direction, occurrence: "every" }, decide);
    }
  });
}

const commitSent = ({ direction, type, payload }: SeenMessage): boolean =>
  direction === "frontend" && type === "P" && payload.includes("\0commit\0");
const committed = ({ direction, type, payload }: SeenMessage): boolean =>
  direction === "backend" && type === "C" && payload.includes("COMMIT");
/** The end of the reply to the whole file: the next thing is the next file. */
const readyAgain = (): ((message: SeenMessage) => boolean) => {
  let seen = false;
  return (message) => {
    seen ||= committed(message);
    return seen && message.direction === "backend" && message.type === "Z";
  };
};

describe("a connection that is cut", () => {
  const cases: readonly [string, (message: SeenMessage) => boolean, Action][] = [
    ["before the COMMIT is forwarded", commitSent, "cut"],
    ["right after the COMMIT was forwarded", commitSent, "cut-after"],
    ["before the reply to the COMMIT", committed, "cut"],
    ["between two files, with the lock held", readyAgain(), "cut-after"],
  ];

  it.each(cases)("%s: the same run applies each file once", async (_name, at, action) => {
    await using db = await prepared();
    const { dir } = await project({ files: SMALL });
    const proxy = await startProxy({ target: sharedServer() });
    try {
      const reached = whenAfterFileTwo(proxy, at, action);
      const watch = await watchWork(db.url, 2);
      const first = startUp(dir, proxy.url(db.url));
      await reached;
      const second = startUp(dir, db.url);
      const results = [await first.done, await second.done];
      for (const result of results) expectExit(result, 0);
      expect((await watch.stop()).overlaps).toEqual([]);
      // Whoever applied a file has said so, even when the reply never came.
      expect(results.flatMap(announced).toSorted()).toEqual(["1_one", "2_two", "3_three"]);
      await expectOnce(db);
    } finally {
      await proxy.close();
    }
  });

  it("in the middle of a statement: the orphan ends first, then somebody applies the file", async () => {
    await using db = await prepared();
    const { dir } = await project({ files: SLOW });
    const proxy = await startProxy({ target: sharedServer() });
    try {
      const watch = await watchWork(db.url, 2);
      const first = startUp(dir, proxy.url(db.url));
      const orphan = await waitForStatement(db.admin, /pg_sleep/);
      await openGate(db.admin);
      proxy.cutAll();
      const second = startUp(dir, db.url);
      const results = [await first.done, await second.done];
      for (const result of results) expectExit(result, 0);
      const { overlaps, workers } = await watch.stop();
      expect(overlaps).toEqual([]);
      expect(workers.has(orphan)).toBe(true);
      expect(results.flatMap(announced).toSorted()).toEqual(["1_one", "2_two", "3_three"]);
      await expectOnce(db);
    } finally {
      await proxy.close();
    }
  });

  it("in a concurrent index build: the next one cleans up and builds it", async () => {
    await using db = await prepared();
    await db.admin.query("create table items as select 1 as n");
    const { dir } = await project({
      files: { "migrations/1_index.sql": "create index concurrently items_n on items (n);" },
    });
    const proxy = await startProxy({ target: sharedServer() });
    try {
      const writer = await holder(db.url, "begin", "lock table items in row exclusive mode");
      const watch = await watchWork(db.url, 2);
      const first = startUp(dir, proxy.url(db.url));
      const orphan = await waitForStatement(db.admin, /create index concurrently/);
      await waitUntil(
        async () =>
          (
            await db.admin.query("select from pg_catalog.pg_locks where pid = $1 and not granted", [
              orphan,
            ])
          ).length > 0,
        { what: "the build to wait" },
      );
      proxy.cutAll();
      await waitForEndOf(db.admin, orphan);
      await writer.end();
      expectExit(await first.done, 0);
      expect((await watch.stop()).overlaps).toEqual([]);
      expect(await history(db.admin)).toEqual(["1"]);
      await expectSettled(db);
    } finally {
      await proxy.close();
    }
  });

  it("when it cannot be made again in time: exit 75, and the next run completes", async () => {
    await using db = await prepared();
    const { dir } = await project({ files: SLOW, config: { connectWait: "1s" } });
    const proxy = await startProxy({ target: sharedServer() });
    try {
      const first = startUp(dir, proxy.url(db.url));
      await waitForStatement(db.admin, /pg_sleep/);
      await openGate(db.admin);
      await proxy.refuse(true);
      proxy.cutAll();
      expectExit(await first.done, 75);
      expectExit(await startUp(dir, db.url).done, 0);
      await expectOnce(db);
    } finally {
      await proxy.close();
    }
  });
});

describe("a connection that swallows everything", () => {
  it("in the middle of a statement: nobody works beside the orphan, and the run notices by itself", async () => {
    await using db = await prepared();
    const { dir } = await project({ files: SLOW });
    const proxy = await startProxy({ target: sharedServer() });
    try {
      const watch = await watchWork(db.url, 5);
      const first = startUp(dir, proxy.url(db.url));
      const orphan = await waitForStatement(db.admin, /pg_sleep/);
      await openGate(db.admin);
      proxy.blackholeAll();
      const second = startUp(dir, db.url);
      await second.waitForOutput(/waiting-for-lock/);
      // The runner gives up the silent sessions and asks again on new ones.
      await first.waitForOutput(/waiting-for-connection|waiting-for-lock/, 45_000);
      // As far as the server knows, the orphan's client is still there.
      expect(await runLockHolder(db.admin)).toBe(orphan);
      expect(await history(db.admin)).toEqual(["1"]);
      // What keep-alives find out on a real network.
      proxy.cutAll();
      const results = [await first.done, await second.done];
      for (const result of results) expectExit(result, 0);
      const { overlaps } = await watch.stop();
      expect(overlaps).toEqual([]);
      expect(results.flatMap(announced).toSorted()).toEqual(["1_one", "2_two", "3_three"]);
      await expectOnce(db);
    } finally {
      await proxy.close();
    }
  });

  it.each([
    ["before the COMMIT is forwarded", commitSent, ["1"]],
    ["before the reply to the COMMIT", committed, ["1", "2"]],
  ] as const)(
    "%s: the lock stays with the orphan until it is gone",
    async (_name, at, inHistory) => {
      await using db = await prepared();
      const { dir } = await project({ files: SMALL });
      const proxy = await startProxy({ target: sharedServer() });
      try {
        const reached = whenAfterFileTwo(proxy, at, () => {
          proxy.blackholeAll();
          return "blackhole";
        });
        const watch = await watchWork(db.url, 5);
        const first = startUp(dir, proxy.url(db.url));
        await reached;
        const second = startUp(dir, db.url);
        await second.waitForOutput(/waiting-for-lock/);
        expect(await history(db.admin)).toEqual(inHistory);
        expect(await runLockHolder(db.admin)).toBeDefined();
        proxy.cutAll();
        const results = [await first.done, await second.done];
        for (const result of results) expectExit(result, 0);
        expect((await watch.stop()).overlaps).toEqual([]);
        expect(results.flatMap(announced).toSorted()).toEqual(["1_one", "2_two", "3_three"]);
        await expectOnce(db);
      } finally {
        await proxy.close();
      }
    },
  );
});
