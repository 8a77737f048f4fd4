/**
 * The batch on a real server: the invariants B1 to B4 of src/postgres/batch.ts. After every error
 * the session must be usable, because the runner rolls back and tries again on it.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { serverError } from "../src/failures/classify.ts";
import { BatchError, type BatchItem } from "../src/postgres/batch.ts";
import { resolveTarget } from "../src/postgres/conninfo.ts";
import { Session, type Notice } from "../src/postgres/session.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "./support/database.ts";
import { sharedServer } from "./support/postgres.ts";
import { startProxy } from "./support/proxy.ts";

const BEGIN: BatchItem = { text: "begin" };
const COMMIT: BatchItem = { text: "commit" };

let db: TestDatabase;
let session: Session;
const open: Session[] = [];

async function openSession(url: string, onNotice?: (notice: Notice) => void): Promise<Session> {
  const target = await resolveTarget({ url, env: {} });
  const opened = await Session.open(target, {
    applicationName: "lockstep batch",
    ...(onNotice && { onNotice }),
  });
  open.push(opened);
  return opened;
}

beforeEach(async () => {
  db = await freshDatabase();
  session = await openSession(db.url);
  await session.query("create table t (id int primary key, what text)");
  await session.query(
    "create table child (id int references t (id) deferrable initially deferred)",
  );
});

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await expectNoLeftovers(db);
  await db.drop();
});

/** The error of a batch that must fail. */
async function failureOf(items: readonly BatchItem[], on: Session = session): Promise<BatchError> {
  const outcome: unknown = await on.batch(items).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(BatchError);
  return outcome as BatchError;
}

/** The error arrives before the server's state; a ROLLBACK is right in every state, as in the runner. */
async function expectUsable(on: Session = session): Promise<void> {
  await on.query("rollback");
  expect(await on.batch([{ text: "select 7 as seven" }])).toEqual([
    { tag: "SELECT 1", rows: [["7"]] },
  ]);
  expect(on.transactionStatus).toBe("I");
}

const rows = async (): Promise<number> =>
  (await db.admin.query<{ n: number }>("select count(*)::int as n from t"))[0]!.n;

describe("a batch", () => {
  it("answers each item with its tag and its rows, as text", async () => {
    const results = await session.batch([
      BEGIN,
      { text: "insert into t values ($1, $2), (2, null)", values: ["1", "é\n"] },
      { text: "select id, what from t order by id" },
      { text: "update t set what = 'x' where false" },
      COMMIT,
    ]);
    expect(results).toEqual([
      { tag: "BEGIN", rows: [] },
      { tag: "INSERT 0 2", rows: [] },
      {
        tag: "SELECT 2",
        rows: [
          ["1", "é\n"],
          ["2", null],
        ],
      },
      { tag: "UPDATE 0", rows: [] },
      { tag: "COMMIT", rows: [] },
    ]);
  });

  it("of two is sent one after the other (B3)", async () => {
    const first = session.batch([
      BEGIN,
      { text: "select pg_sleep(0.1)" },
      { text: "insert into t values (1)" },
      COMMIT,
    ]);
    const second = session.batch([{ text: "select count(*) from t" }]);
    expect((await second)[0]?.rows).toEqual([["1"]]);
    await first;
  });

  it("counts empty statements as items", async () => {
    const results = await session.batch([
      { text: "" },
      { text: "-- nothing" },
      { text: "select 1" },
    ]);
    expect(results.map(({ tag }) => tag)).toEqual(["", "", "SELECT 1"]);
    const error = await failureOf([
      BEGIN,
      { text: "" },
      { text: " ; " },
      { text: "select nope" },
      COMMIT,
    ]);
    expect(error.index).toBe(3);
    await expectUsable();
  });

  it("takes 2000 items, and names the one that failed among them", async () => {
    const inserts = Array.from({ length: 2000 }, (_, id) => ({
      text: "insert into t values ($1, $2)",
      values: [String(id), "x".repeat(200)],
    }));
    expect((await session.batch([BEGIN, ...inserts, COMMIT])).length).toBe(2002);
    expect(await rows()).toBe(2000);
    await session.query("delete from t");
    inserts[1500] = { text: "insert into t values ($1, $2)", values: ["7", "again"] };
    expect((await failureOf([BEGIN, ...inserts, COMMIT])).index).toBe(1501);
    await expectUsable();
    expect(await rows()).toBe(0);
  });

  it("is not disturbed by a flood of notices", async () => {
    let notices = 0;
    const noisy = await openSession(db.url, () => (notices += 1));
    const flood = {
      text: "do $$ begin for i in 1..20000 loop raise notice 'notice % %', i, repeat('x', 100); end loop; end $$",
    };
    const results = await noisy.batch([
      BEGIN,
      flood,
      { text: "insert into t values (1)" },
      flood,
      COMMIT,
    ]);
    expect(results.map(({ tag }) => tag)).toEqual(["BEGIN", "DO", "INSERT 0 1", "DO", "COMMIT"]);
    expect(notices).toBe(40_000);
    const error = await failureOf([BEGIN, flood, { text: "select 1 / 0" }, flood, COMMIT], noisy);
    expect(error.index).toBe(2);
    expect(notices).toBe(60_000);
    await expectUsable(noisy);
  });
});

interface ErrorCase {
  readonly name: string;
  readonly item: BatchItem;
  readonly sqlstate: string;
}

const ERRORS: readonly ErrorCase[] = [
  { name: "parse (syntax)", item: { text: "selec 1" }, sqlstate: "42601" },
  { name: "parse (unknown table)", item: { text: "select * from nope" }, sqlstate: "42P01" },
  {
    name: "parse (two statements in one item)",
    item: { text: "select 1; select 2" },
    sqlstate: "42601",
  },
  {
    name: "bind (wrong number of values)",
    item: { text: "select $1::int", values: [] },
    sqlstate: "08P01",
  },
  {
    name: "bind (value of the wrong type)",
    item: { text: "select $1::int", values: ["x"] },
    sqlstate: "22P02",
  },
  { name: "execute", item: { text: "select 1 / 0" }, sqlstate: "22012" },
  {
    name: "execute (after some rows)",
    item: { text: "select 1 / (3 - g) from generate_series(1, 5) g" },
    sqlstate: "22012",
  },
];

describe("an error in a batch", () => {
  it.each(ERRORS)(
    "at $name has the index of its item, and nothing behind it runs (B1, B2)",
    async ({ item, sqlstate }) => {
      const error = await failureOf([
        BEGIN,
        { text: "insert into t values (1)" },
        item,
        { text: "insert into t values (2)" },
        COMMIT,
      ]);
      expect(error.index).toBe(2);
      expect(error.sent).toBe(true);
      expect(error.results.map(({ tag }) => tag)).toEqual(["BEGIN", "INSERT 0 1"]);
      expect(serverError(error)?.sqlstate).toBe(sqlstate);
      await expectUsable();
      expect(await rows()).toBe(0);
    },
  );

  it.each(ERRORS)(
    "at $name in the first item is index 0, and the COMMIT is not executed",
    async ({ item }) => {
      const error = await failureOf([item, { text: "insert into t values (2)" }, COMMIT]);
      expect(error.index).toBe(0);
      await expectUsable();
      expect(await rows()).toBe(0);
    },
  );

  it("at COMMIT, of a deferred constraint, has the index of the COMMIT", async () => {
    const error = await failureOf([
      BEGIN,
      { text: "insert into t values (1)" },
      { text: "insert into child values (99)" },
      COMMIT,
    ]);
    expect(error.index).toBe(3);
    expect(serverError(error)?.sqlstate).toBe("23503");
    await session.query("select 1");
    expect(session.transactionStatus).toBe("I");
    await expectUsable();
    expect(await rows()).toBe(0);
  });

  it("does not end a transaction that was begun before the batch", async () => {
    await session.batch([BEGIN, { text: "insert into t values (1)" }]);
    expect(session.transactionStatus).toBe("T");
    expect((await failureOf([{ text: "select 1 / 0" }, COMMIT])).index).toBe(0);
    await expect(session.query("select 1")).rejects.toMatchObject({ code: "25P02" });
    expect(session.transactionStatus).toBe("E");
    await expectUsable();
    expect(await rows()).toBe(0);
  });
});

describe("COPY data in a batch", () => {
  const lines = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, i) => `${from + i}\t${"x".repeat(100)}\n`);

  it("is loaded, several megabytes of it, between other statements", async () => {
    const results = await session.batch([
      BEGIN,
      { text: "copy t from stdin", copyData: Buffer.from(lines(0, 50_000).join("")) },
      { text: "copy t from stdin", copyData: Buffer.alloc(0) },
      { text: "insert into t values (-1)" },
      COMMIT,
    ]);
    expect(results.map(({ tag }) => tag)).toEqual([
      "BEGIN",
      "COPY 50000",
      "COPY 0",
      "INSERT 0 1",
      "COMMIT",
    ]);
    expect(await rows()).toBe(50_001);
  });

  it.each([0.001, 0.5, 0.999])(
    "with an error at %d of several megabytes names its item and leaves the session usable (B4)",
    async (share) => {
      const data = lines(0, 80_000);
      data.splice(Math.floor(data.length * share), 0, "not a number\tx\n");
      const error = await failureOf([
        BEGIN,
        { text: "insert into t values (-1)" },
        { text: "copy t from stdin", copyData: Buffer.from(data.join("")) },
        { text: "insert into t values (-2)" },
        { text: "copy t from stdin", copyData: Buffer.from(lines(90_000, 120_000).join("")) },
        COMMIT,
      ]);
      expect(error.index).toBe(2);
      expect(serverError(error)?.sqlstate).toBe("22P02");
      await expectUsable();
      expect(await rows()).toBe(0);
    },
  );

  it("for a COPY that cannot begin is ignored by the server", async () => {
    const copyData = Buffer.from(lines(0, 50_000).join(""));
    const error = await failureOf([BEGIN, { text: "copy nope from stdin", copyData }, COMMIT]);
    expect(error.index).toBe(1);
    await expectUsable();
  });
});

describe("a connection that breaks", () => {
  it("in the middle of a batch gives a BatchError that says the batch was sent", async () => {
    const error = await failureOf([
      BEGIN,
      { text: "insert into t values (1)" },
      { text: "select pg_terminate_backend(pg_backend_pid())" },
      COMMIT,
    ]);
    expect(error.sent).toBe(true);
    await expect.poll(() => session.lost).toBeInstanceOf(Error);
    await expect(session.batch([BEGIN])).rejects.toThrow();
    expect(await rows()).toBe(0);
  });

  it.each(["cut", "cut-after"] as const)(
    "on the network (%s) does so too, also while COPY data is being sent",
    async (action) => {
      const proxy = await startProxy({ target: sharedServer() });
      try {
        const proxied = await openSession(proxy.url(db.url));
        proxy.when({ direction: "frontend", type: "d", occurrence: 4 }, action);
        const copyData = Buffer.from("1\tx\n".repeat(2_000_000));
        const error = await failureOf(
          [BEGIN, { text: "copy t from stdin", copyData }, COMMIT],
          proxied,
        );
        // How far it got is known only as far as answers came back.
        expect(error.index).toBeLessThanOrEqual(1);
        expect(error.sent).toBe(true);
        await expect.poll(() => proxied.lost).toBeInstanceOf(Error);
        expect(await rows()).toBe(0);
      } finally {
        await proxy.close();
      }
    },
  );

  it("before the reply to COMMIT leaves the outcome open: sent, and committed", async () => {
    const proxy = await startProxy({ target: sharedServer() });
    try {
      const proxied = await openSession(proxy.url(db.url));
      proxy.when({ direction: "backend", type: "C", contains: "COMMIT" }, "cut");
      const error = await failureOf([BEGIN, { text: "insert into t values (1)" }, COMMIT], proxied);
      expect(error).toMatchObject({ index: 2, sent: true });
      expect(await rows()).toBe(1);
    } finally {
      await proxy.close();
    }
  });

  it("fails the batch that waits behind it as not sent", async () => {
    const first = failureOf([{ text: "select pg_terminate_backend(pg_backend_pid())" }]);
    const second = failureOf([{ text: "insert into t values (1)" }]);
    expect((await first).sent).toBe(true);
    expect((await second).sent).toBe(false);
  });
});
