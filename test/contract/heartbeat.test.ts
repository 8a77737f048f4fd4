/** The heartbeat itself: what it writes, and that nothing of it reaches the application. */
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Failure } from "../../src/failures/failure.ts";
import { createHistory, historyNames } from "../../src/history/tables.ts";
import { heartbeat, type HeartbeatOptions } from "../../src/library/heartbeat.ts";
import { quoteIdent } from "../../src/postgres/identifiers.ts";
import { grants } from "../../src/runner/grants.ts";
import { runCli } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { historyIdent, historySchema } from "../support/elsewhere.ts";
import { sharedUrl } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const NAMES = historyNames({ historySchema, historyPrefix: "" });
const MIGRATIONS = [
  { name: "001_a.sql", sql: "select 1" },
  { name: "20240101000000_b.sql", sql: "select 1" },
  { name: "R__v.sql", sql: "create or replace view v as select 1 as one" },
];

let db: TestDatabase;
let pools: pg.Pool[] = [];
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  for (const pool of pools) await pool.end();
  pools = [];
  await expectNoLeftovers(db);
  await db.drop();
});

function pool(url = db.url, max = 1): pg.Pool {
  const made = new pg.Pool({ connectionString: url, max });
  made.on("error", () => undefined);
  pools.push(made);
  return made;
}

async function createTables(): Promise<void> {
  await db.admin.query(`create schema if not exists ${historyIdent}`);
  for (const sql of createHistory(NAMES, true)) await db.admin.query(sql);
}

interface Row extends Record<string, unknown> {
  readonly instance: string;
  readonly release: string | null;
  readonly ships: string[] | null;
}

const rows = (): Promise<Row[]> => db.admin.query<Row>("select * from lockstep.heartbeats");

function options(more: HeartbeatOptions = {}): HeartbeatOptions {
  return { migrations: MIGRATIONS, release: "1.0", historySchema, ...more };
}

test("one row says what ships, from where and since when, and `stop` takes it away", async () => {
  await createTables();
  const using = pool();
  const { instance, stop } = await heartbeat(using, options());
  const [row] = await rows();
  expect(row).toMatchObject({
    instance,
    release: "1.0",
    ships: ["1", "20240101000000"],
    role_name: "postgres",
    host: expect.stringMatching(/./),
  });
  const [place] = await db.admin.query(
    `select expires_at - seen_at between interval '59 s' and interval '61 s' as minute,
       client_addr is not distinct from inet_client_addr() as here from lockstep.heartbeats`,
  );
  expect(place).toEqual({ minute: true, here: true });
  // The pool's only connection is free, and no other was made.
  expect((await using.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  expect(using.totalCount).toBe(1);
  await Promise.all([stop(), stop()]);
  expect(await rows()).toEqual([]);
});

test("it beats, and comes back when its row was taken away", async () => {
  await createTables();
  const { instance, stop } = await heartbeat(pool(), options({ intervalMs: 100 }));
  const beats = async (): Promise<boolean> =>
    (await db.admin.query("select from lockstep.heartbeats where seen_at > started_at")).length > 0;
  await waitUntil(beats, { what: "the second beat" });
  await db.admin.query("delete from lockstep.heartbeats");
  await waitUntil(beats, { what: "beats after the row was gone" });
  expect(await rows()).toMatchObject([{ instance, ships: ["1", "20240101000000"] }]);
  await stop();
});

test("without the table it waits for the first run, and says nothing", async () => {
  const failures: Failure[] = [];
  const onError = (failure: Failure): void => void failures.push(failure);
  const { stop } = await heartbeat(pool(), options({ intervalMs: 100, onError }));
  await createTables();
  await waitUntil(async () => (await rows()).length === 1, { what: "the row" });
  expect(failures).toEqual([]);
  await stop();
});

test("without the right it names the GRANT, once, and beats when it has it", async () => {
  await createTables();
  const role = `app ${process.pid}`;
  await db.admin.query(`create role ${quoteIdent(role)} login`);
  const failures: Failure[] = [];
  const { stop } = await heartbeat(
    pool(sharedUrl(db.name, role)),
    options({
      intervalMs: 100,
      onError: (failure) => {
        failures.push(failure);
        throw new Error("of the application");
      },
    }),
  );
  expect(failures).toMatchObject([
    { class: "permission", action: expect.stringContaining("lockstep grants --app") },
  ]);
  const sql = grants({ historySchema, historyPrefix: "", roles: { app: role } });
  await db.admin.query(sql);
  await waitUntil(async () => (await rows()).length === 1, { what: "the row" });
  expect(failures).toHaveLength(1);
  await stop();
  expect(await rows()).toEqual([]);
  await db.admin.query(`drop owned by ${quoteIdent(role)}`);
  await db.admin.query(`drop role ${quoteIdent(role)}`);
});

test("a folder that cannot be read makes it an instance that does not say what it ships", async () => {
  await createTables();
  const failures: Failure[] = [];
  const { stop } = await heartbeat(pool(), {
    dir: "/nowhere/at/all",
    historySchema,
    onError: (failure) => void failures.push(failure),
  });
  expect(failures).toHaveLength(1);
  expect(await rows()).toMatchObject([{ ships: null }]);
  await stop();
});

test("a Client's transaction is its own: only its settings are used", async () => {
  await createTables();
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  await client.query("begin");
  const { stop } = await heartbeat(client, options());
  expect(await rows()).toHaveLength(1);
  await client.query("rollback");
  expect(await rows()).toHaveLength(1);
  await client.end();
  await stop();
  expect(await rows()).toEqual([]);
});

test("with a connection string it holds no connection between its beats", async () => {
  await createTables();
  const { stop } = await heartbeat(db.url, options());
  await expectNoLeftovers(db);
  expect(await rows()).toHaveLength(1);
  await stop();
});

test("a database that is not there is told once, and neither start nor stop fails", async () => {
  const failures: Failure[] = [];
  const nobody = pool("postgres://postgres@127.0.0.1:1/none");
  const { stop } = await heartbeat(
    nobody,
    options({ intervalMs: 100, onError: (failure) => void failures.push(failure) }),
  );
  expect(failures).toHaveLength(1);
  expect(failures[0]?.class).toBe("conn.refused");
  await stop();
});

test("rows that expired long ago go with somebody's beat; others stay", async () => {
  await createTables();
  await db.admin.query(
    `insert into lockstep.heartbeats (instance, release, expires_at) values
       (gen_random_uuid(), 'gone', now() - interval '2 hours'),
       (gen_random_uuid(), 'late', now() - interval '2 minutes')`,
  );
  const { stop } = await heartbeat(pool(), options());
  expect(new Set((await rows()).map(({ release }) => release))).toEqual(new Set(["1.0", "late"]));
  await stop();
});

test("a process that has nothing else to do ends", async () => {
  await createTables();
  const app = await project();
  const library = new URL("../../dist/index.js", import.meta.url).href;
  const main = await app.write(
    "job.mjs",
    `import { heartbeat } from ${JSON.stringify(library)};
     await heartbeat(process.env.DATABASE_URL, { migrations: [], historySchema: ${JSON.stringify(historySchema)} });
     console.log("done");`,
  );
  const { code, stdout } = await runCli([], {
    cwd: app.dir,
    url: db.url,
    main,
    deadlineMs: 10_000,
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "done\n" });
});
