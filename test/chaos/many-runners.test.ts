/** Many runners at once: each migration is applied exactly once, and all of them end with 0. */
import { readFile, stat } from "node:fs/promises";
import { describe, expect, it } from "vitest";

import { runSql } from "../../src/postgres/admin.ts";
import { startServer } from "../../src/sandbox/server.ts";
import { runMany, type CliResult } from "../support/cli.ts";
import { connect, freshDatabase, type TestDatabase } from "../support/database.ts";
import { inHistorySchema } from "../support/elsewhere.ts";
import { sharedServer, testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import {
  announced,
  expectExit,
  expectSettled,
  history,
  ledger,
  LEDGER,
  MAIN,
  numbered,
  watchWork,
  type Queries,
} from "./support.ts";

const COUNT = 20;
const VERSIONS = Array.from({ length: COUNT }, (_, i) => String(i + 1));

async function startRunners(n: number, url: string, dir: string): Promise<CliResult[]> {
  const main = MAIN === undefined ? {} : { main: MAIN };
  return runMany(n, ["up", "--json"], { cwd: dir, url, deadlineMs: 110_000, ...main });
}

async function expectOnce(results: readonly CliResult[], db: Queries): Promise<void> {
  for (const result of results) expectExit(result, 0);
  expect(await history(db)).toEqual(VERSIONS);
  expect(await ledger(db)).toEqual(VERSIONS.map((v) => `m${v}`).toSorted());
  // Announced by exactly one of them, too.
  expect(results.flatMap(announced)).toHaveLength(COUNT);
}

describe("runners that start together", () => {
  it.each([8, 50])("%i of them on an empty database apply each migration once", async (n) => {
    await using db = await freshDatabase();
    await db.admin.query(LEDGER);
    const { dir } = await project({ files: numbered(COUNT) });
    const watch = await watchWork(db.url);
    const results = await startRunners(n, db.url, dir);
    const { overlaps } = await watch.stop();
    await expectOnce(results, db.admin);
    expect(overlaps).toEqual([]);
    await expectSettled(db);
  });

  it("wait out a server without free connections, as an ordinary role", async () => {
    await using server = await startServer({
      version: testedVersion(),
      settings: { max_connections: "20" },
    });
    await runSql(
      server.url(),
      "create role app_migrator login",
      "create database app owner app_migrator",
    );
    await runSql(server.url("app", "app_migrator"), ...LEDGER.split(";"));
    const { dir } = await project({ files: numbered(COUNT) });
    const url = server.url("app", "app_migrator");
    // Three of the twenty places are for superusers; an application has most of the others.
    const application = await Promise.all(
      Array.from({ length: 12 }, () => connect(url, "test application")),
    );
    try {
      const results = await startRunners(50, url, dir);
      const waited = results.filter(({ stdout }) => stdout.includes("waiting-for-connection"));
      expect(waited.length).toBeGreaterThan(0);
      const queries: Queries = {
        query: async <R>(sql: string, params: readonly unknown[] = []) =>
          (await application[0]!.query(inHistorySchema(sql), [...params])).rows as R[],
      };
      await expectOnce(results, queries);
    } finally {
      for (const client of application) await client.end();
    }
  });
});

describe("four runners with a concurrent index build of 300,000 rows", () => {
  async function bigTable(db: TestDatabase): Promise<void> {
    await db.admin.query(LEDGER);
    await db.admin.query(
      "create table big as select i as id, pg_catalog.md5(i::text) as t from pg_catalog.generate_series(1, 300000) i",
    );
  }
  const files = {
    "migrations/1_before.sql": "insert into ledger (what) values ('before');",
    "migrations/2_big_t.sql": "create index concurrently big_t on big (t, id);",
    "migrations/3_after.sql": "insert into ledger (what) values ('after');",
  };

  async function run(db: TestDatabase): Promise<void> {
    const log = sharedServer().logFile;
    const before = (await stat(log)).size;
    const { dir } = await project({ files });
    const watch = await watchWork(db.url);
    const results = await startRunners(4, db.url, dir);
    const { overlaps } = await watch.stop();
    for (const result of results) expectExit(result, 0);
    expect(overlaps).toEqual([]);
    expect(await history(db.admin)).toEqual(["1", "2", "3"]);
    expect(await ledger(db.admin)).toEqual(["after", "before"]);
    const [index] = await db.admin.query(
      "select i.indisvalid and i.indisready as good from pg_catalog.pg_index i where indexrelid = 'big_t'::regclass",
    );
    expect(index).toEqual({ good: true });
    await expectSettled(db);
    // The log is shared with other tests, but each line begins with the application's name.
    const said = (await readFile(log)).subarray(before).toString("utf8").split("\n");
    const names = results.map((result) => `lockstep ${result.events()[0]!.runId.slice(0, 8)}`);
    const ours = said.filter((line) => names.some((name) => line.includes(name)));
    expect(ours.filter((line) => line.includes("deadlock"))).toEqual([]);
    expect(results.some(({ stdout }) => stdout.includes("waiting-for-lock"))).toBe(true);
  }

  it("build it once, without a deadlock", async () => {
    await using db = await freshDatabase();
    await bigTable(db);
    await run(db);
  });

  it("build it once when every waiter is older than deadlock_timeout", async () => {
    await using db = await freshDatabase();
    await bigTable(db);
    await db.admin.query(`alter database ${db.name} set deadlock_timeout = '100ms'`);
    await run(db);
  });
});
