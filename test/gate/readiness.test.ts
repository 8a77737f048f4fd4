/** Readiness for probes: through an application's pool, behind a real HTTP server. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { expect, test } from "vitest";
import { createSchemaReadiness, ready, type Readiness } from "../../src/index.ts";
import { runSql } from "../../src/postgres/admin.ts";
import { connect, freshDatabase } from "../support/database.ts";
import { libraryUp } from "../support/library-run.ts";
import { sharedServer } from "../support/postgres.ts";
import { startProxy } from "../support/proxy.ts";
import { waitUntil } from "../support/wait-until.ts";

const MIGRATIONS = [
  { name: "1_a.sql", sql: "create table a (id int);" },
  { name: "2_b.sql", sql: "create table b (id int);" },
];

test("1,000 probes in a second cost one query, whatever the answer is", async () => {
  await using db = await freshDatabase();
  await libraryUp(db.url, MIGRATIONS.slice(0, 1));
  const pool = new pg.Pool({ connectionString: db.url, max: 2 });
  let asked = 0;
  const query = pool.query.bind(pool) as (config: unknown) => Promise<unknown>;
  pool.query = ((config: unknown) => {
    asked += 1;
    return query(config);
  }) as never;
  const readiness = createSchemaReadiness(pool, { migrations: MIGRATIONS, readyMs: 1000 });
  const probe = await serve(readiness);
  try {
    // The first look also finds out whether there is a history, and reads it.
    expect(await probe()).toMatchObject({ status: 503, body: { missing: ["2_b"] } });
    await count(probe, 503);
    await libraryUp(db.url, MIGRATIONS);
    await waitUntil(async () => (await probe()).status === 200, { what: "ready" });
    await count(probe, 200);
  } finally {
    await probe.close();
    await readiness.close();
    await pool.end();
  }

  async function count(ask: Probe, status: number): Promise<void> {
    const before = asked;
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 1000 }, ask));
    const seconds = Math.ceil((performance.now() - began) / 1000);
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([status]));
    // One for each second that has begun, and one for the second that was under way.
    expect(asked - before).toBeLessThanOrEqual(seconds + 1);
  }
});

test("an instance stays ready while the server gives no answer, for the grace period", async () => {
  await using db = await freshDatabase();
  await libraryUp(db.url, MIGRATIONS);
  const options = { migrations: MIGRATIONS, readyMs: 1000, graceMs: 4000 };
  const readiness = createSchemaReadiness(db.url, options);
  const probe = await serve(readiness);
  try {
    expect(await probe()).toMatchObject({ status: 200, body: { ready: true, current: "2" } });
    await runSql(
      db.url.replace(/\/[^/]*$/, "/postgres"),
      `alter database ${db.name} allow_connections false`,
    );
    const admin = await connect(db.url.replace(/\/[^/]*$/, "/postgres"), "test killer");
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name like 'lockstep%'",
      [db.name],
    );
    const refused = performance.now();
    let readyFor = 0;
    await waitUntil(
      async () => {
        const { status } = await probe();
        if (status === 200) readyFor = performance.now() - refused;
        return status === 503;
      },
      { what: "503 after the grace period", deadlineMs: 20_000 },
    );
    expect(readyFor).toBeGreaterThan(1500);
    await admin.query(`alter database ${db.name} allow_connections true`);
    await admin.end();
    await waitUntil(async () => (await probe()).status === 200, { what: "ready again" });
  } finally {
    await probe.close();
    await readiness.close();
  }
});

test("a connection that fell silent is thrown out of the pool, which serves the next look", async () => {
  await using db = await freshDatabase();
  await libraryUp(db.url, MIGRATIONS);
  const { host, port } = sharedServer();
  const proxy = await startProxy({ target: { host, port } });
  const pool = new pg.Pool({ connectionString: proxy.url(db.url), max: 1 });
  pool.on("error", () => {});
  const readiness = createSchemaReadiness(pool, { migrations: MIGRATIONS, readyMs: 1, graceMs: 0 });
  try {
    expect(await readiness.check()).toMatchObject({ ready: true });
    proxy.blackholeAll();
    const asked = (): Promise<boolean> =>
      readiness.check().then(
        ({ ready: is }) => is,
        () => false,
      );
    await waitUntil(async () => !(await asked()), { what: "no answer", deadlineMs: 20_000 });
    await waitUntil(asked, { what: "an answer through a new connection", deadlineMs: 20_000 });
    expect(pool.totalCount).toBe(1);
  } finally {
    await readiness.close();
    await pool.end();
    await proxy.close();
  }
});

test("`ready` looks once", async () => {
  await using db = await freshDatabase();
  expect(await ready(db.url, { migrations: MIGRATIONS })).toMatchObject({
    ready: false,
    historyExists: false,
    missing: ["1_a", "2_b"],
  });
  await libraryUp(db.url, MIGRATIONS);
  expect(await ready(db.url, { migrations: MIGRATIONS.slice(0, 1) })).toMatchObject({
    ready: true,
    ahead: ["2"],
  });
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
type Probe = (() => Promise<Answer>) & { close(): Promise<void> };

async function serve(readiness: Readiness): Promise<Probe> {
  const server = createServer((request, response) => void readiness.handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const probe = async (): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return { status: response.status, body: await response.json() };
  };
  return Object.assign(probe, {
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
