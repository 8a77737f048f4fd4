/**
 * The server dies in the middle of a run, as in a crash. The run goes on by itself once the server
 * is back, or it says "try again later"; the next run completes the work; nothing is applied twice,
 * and nothing that was announced is lost.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runSql } from "../../src/postgres/admin.ts";
import { runKey } from "../../src/postgres/advisory-lock.ts";
import { startServer, type SandboxServer } from "../../src/sandbox/server.ts";
import type { RunningCli } from "../support/cli.ts";
import { connect } from "../support/database.ts";
import { historySchema, inHistorySchema, searchPathSql } from "../support/elsewhere.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";
import {
  announced,
  expectExit,
  history,
  holder,
  LEDGER,
  ledger,
  mark,
  numbered,
  openGate,
  runUp,
  startUp,
  WAIT_AT_GATE,
  waitForStatement,
  watchWork,
  type Queries,
} from "./support.ts";

interface OwnDatabase extends Queries, AsyncDisposable {
  readonly url: string;
}

let number = 0;

/** A new database of `server`; each query has a connection of its own, because the server goes down. */
async function newDatabase(server: SandboxServer, ...statements: string[]): Promise<OwnDatabase> {
  const name = `d${(number += 1)}`;
  await runSql(server.url(), `create database ${name}`);
  const url = server.url(name);
  await runSql(url, ...searchPathSql(name));
  await runSql(url, ...LEDGER.split(";"), ...statements);
  return {
    url,
    async query<R>(sql: string, params: readonly unknown[] = []) {
      const client = await connect(url, "test admin");
      try {
        return (await client.query(inHistorySchema(sql), [...params])).rows as R[];
      } finally {
        await client.end();
      }
    },
    async [Symbol.asyncDispose]() {
      await runSql(server.url(), `drop database ${name} with (force)`);
    },
  };
}

/** The run recovered by itself, or said that it is worth trying again; afterwards all is done. */
async function expectCompletion(run: RunningCli, dir: string, url: string): Promise<void> {
  expectExit(await run.done, 0, 75);
  expectExit(await runUp(dir, url), 0);
}

describe("an immediate stop of the server", () => {
  let server: SandboxServer;
  beforeAll(async () => {
    server = await startServer({ version: testedVersion() });
  });
  afterAll(() => server.close());

  const MODULE = `
    export const transaction = false;
    export async function up(db) {
      await db.batch(0, async (last, tx) => {
        await tx.sql\`update items set n = n + 1 where id > \${last} and id <= \${last + 500}\`;
        if (last === 1000) await tx.query(${JSON.stringify(WAIT_AT_GATE)});
        return last + 500 < 2000 ? last + 500 : null;
      });
    }`;
  const ITEMS =
    "create table items as select i as id, 0 as n from pg_catalog.generate_series(1, 2000) i";

  it.each([
    ["a transactional file", "2_two.sql", `update items set n = n + 1;\n${WAIT_AT_GATE}`],
    ["a batch loop", "2_two.mjs", MODULE],
  ])("in the middle of %s is survived, and the file is applied once", async (_what, file, text) => {
    await using db = await newDatabase(server, ITEMS);
    const { dir } = await project({
      files: {
        "migrations/1_one.sql": mark("1"),
        [`migrations/${file}`]: text,
        "migrations/3_three.sql": mark("3"),
      },
    });
    const run = startUp(dir, db.url);
    await waitForStatement(db, /pg_sleep/);
    await openGate(db);
    await server.restart("immediate");
    await expectCompletion(run, dir, db.url);
    expect(await db.query("select distinct n from items")).toEqual([{ n: 1 }]);
    expect(await ledger(db)).toEqual(["1", "3"]);
    expect(await history(db)).toEqual(["1", "2", "3"]);
    expect(await db.query("select from lockstep.journal")).toEqual([]);
  });

  it.each([
    ["create index concurrently items_n on items (n)", "lock table items in row exclusive mode"],
    ["reindex index concurrently items_id", "lock table items in row exclusive mode"],
    ["drop index concurrently items_id", "lock table items in access share mode"],
    ["alter table events detach partition events_1 concurrently", "select from events"],
  ])("in the middle of %s is survived", async (statement, hold) => {
    await using db = await newDatabase(
      server,
      ITEMS,
      "create index items_id on items (id)",
      "create table events (at int) partition by range (at)",
      "create table events_1 partition of events for values from (0) to (9)",
    );
    const { dir } = await project({
      files: { "migrations/1_one.sql": `${statement};`, "migrations/2_two.sql": mark("2") },
    });
    // Gone with the server, like everything else.
    await holder(db.url, "begin", hold);
    const run = startUp(dir, db.url);
    const waits = `select from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a using (pid)
      where not l.granted and a.application_name like 'lockstep%'`;
    await waitUntil(async () => (await db.query(waits)).length > 0, {
      deadlineMs: 15_000,
      everyMs: 2,
      what: "the statement to wait",
    });
    await server.restart("immediate");
    await expectCompletion(run, dir, db.url);
    expect(await history(db)).toEqual(["1", "2"]);
    expect(await ledger(db)).toEqual(["2"]);
    const wrong = await db.query(
      `select from pg_catalog.pg_index where not indisvalid
       union all select from pg_catalog.pg_inherits where inhdetachpending
       union all select from lockstep.journal`,
    );
    expect(wrong).toEqual([]);
  });

  it.each(["worker", "observer"])(
    "of one session only, the %s, in an index build is survived",
    async (which) => {
      await using db = await newDatabase(server, ITEMS);
      const { dir } = await project({
        files: {
          "migrations/1_one.sql": mark("1"),
          "migrations/2_two.sql": "create index concurrently items_n on items (n);",
          "migrations/3_three.sql": mark("3"),
        },
      });
      const writer = await holder(db.url, "begin", "lock table items in row exclusive mode");
      const watch = await watchWork(db.url);
      const run = startUp(dir, db.url);
      await waitForStatement(db, /create index concurrently/);
      const ended = await db.query(
        `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
       where datname = pg_catalog.current_database() and application_name like 'lockstep %'
         and (application_name like '% observer') = $1`,
        [which === "observer"],
      );
      expect(ended).toHaveLength(1);
      await writer.end();
      expectExit(await run.done, 0);
      expect((await watch.stop()).overlaps).toEqual([]);
      expect(await history(db)).toEqual(["1", "2", "3"]);
      expect(await ledger(db)).toEqual(["1", "3"]);
      expect(await db.query("select from pg_catalog.pg_index where not indisvalid")).toEqual([]);
    },
  );

  it("while the server stays down is waited out by the same run", async () => {
    await using db = await newDatabase(server);
    const { dir } = await project({ files: numbered(60) });
    const watch = await watchWork(db.url);
    const run = startUp(dir, db.url);
    await run.waitForOutput(/"migration-started","migration":"5_m5"/);
    await server.stop("immediate");
    await run.waitForOutput(/waiting-for-connection/);
    await server.start();
    expectExit(await run.done, 0);
    expect((await watch.stop()).overlaps).toEqual([]);
    expect(await history(db)).toHaveLength(60);
    expect(await ledger(db)).toHaveLength(60);
  });
});

describe("the group flush, on a server that flushes for real", () => {
  const FILES = 200;
  let server: SandboxServer;
  beforeAll(async () => {
    // The server's own background flush would hide what ours leaves out.
    server = await startServer({
      version: testedVersion(),
      durable: true,
      settings: { wal_writer_delay: "10s", wal_writer_flush_after: "1GB" },
    });
  });
  afterAll(() => server.close());

  const TABLES = `select pg_catalog.substr(relname, 2)::int as n from pg_catalog.pg_class
    where relname ~ '^t[0-9]+$' and relkind = 'r' order by 1`;

  it.each([20, 70, 140])(
    "loses nothing that was announced, and nothing from the middle: stopped at file %i",
    async (at) => {
      await using db = await newDatabase(server);
      const { dir } = await project({ files: numbered(FILES) });
      const run = startUp(dir, db.url);
      await run.waitForOutput(new RegExp(`"migration-started","migration":"${at}_m${at}"`));
      await server.stop("immediate");
      // What it said up to now is all that it will have said.
      run.kill("SIGKILL");
      const said = announced(await run.done);
      await server.start();

      const versions = (await history(db)).map(Number);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
      const tables = await db.query<{ n: number }>(TABLES);
      expect(tables.map(({ n }) => n)).toEqual(versions);
      expect(await ledger(db)).toEqual(versions.map((n) => `m${n}`).toSorted());
      const durable = new Set(versions.map((n) => `${n}_m${n}`));
      expect(said.filter((id) => !durable.has(id))).toEqual([]);

      expectExit(await runUp(dir, db.url), 0);
      expect(await history(db)).toHaveLength(FILES);
      expect(await ledger(db)).toHaveLength(FILES);
    },
  );

  it("loses nothing that was announced after a lost connection, before the flush", async () => {
    await using db = await newDatabase(server);
    const files = { ...numbered(60), "migrations/60_m60.sql": `${mark("m60")}\n${WAIT_AT_GATE}` };
    const { dir } = await project({ files });
    const run = startUp(dir, db.url);
    await waitForStatement(db, /pg_sleep/);
    // Takes the lock over from the runner's dying backend, so that the run cannot go on.
    const client = await connect(db.url, "test blocker");
    const taken = client.query(`select pg_catalog.pg_advisory_lock(${runKey(historySchema).key})`);
    await waitUntil(
      async () => (await db.query("select from pg_catalog.pg_locks where not granted")).length > 0,
      { what: "the test to queue for the lock" },
    );
    await db.query(
      `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
       where datname = pg_catalog.current_database() and application_name like 'lockstep %'`,
    );
    await taken;
    // By now the run has read the history with its own rows in it.
    await run.waitForOutput(/waiting-for-lock/);
    await server.stop("immediate");
    run.kill("SIGKILL");
    const said = announced(await run.done);
    await server.start();
    const durable = new Set((await history(db)).map((n) => `${n}_m${n}`));
    expect(said.filter((id) => !durable.has(id))).toEqual([]);
    await openGate(db);
    expectExit(await runUp(dir, db.url), 0);
    expect(await ledger(db)).toHaveLength(60);
  });
});
