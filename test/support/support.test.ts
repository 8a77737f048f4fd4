/** The instruments themselves: a helper that sees nothing would let every other test pass. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { connect, expectNoLeftovers, freshDatabase } from "./database.ts";
import { startLoad } from "./load.ts";
import { sharedServer, testedVersion } from "./postgres.ts";
import { startSampler } from "./sampler.ts";

test("the shared server has the version that was asked for", async () => {
  await using db = await freshDatabase();
  const [row] = await db.admin.query(
    "select current_setting('server_version_num')::int / 10000 as v",
  );
  expect(row).toEqual({ v: testedVersion() });
  expect(sharedServer().version).toBe(testedVersion());
});

test("a clean database has no leftovers", async () => {
  await using db = await freshDatabase();
  const client = await connect(db.url, "app");
  await client.query("select pg_advisory_lock(1)");
  await client.end();
  await expectNoLeftovers(db);
});

test("a session that stays is reported with its advisory lock", async () => {
  await using db = await freshDatabase();
  const client = await connect(db.url, "forgotten");
  await client.query("select pg_advisory_lock(7)");
  await expect(expectNoLeftovers(db, 50)).rejects.toThrow(/forgotten[^]*advisory/);
  await client.end();
});

test("an advisory lock of a test helper's session is reported too", async () => {
  await using db = await freshDatabase();
  const client = await connect(db.url, "test something");
  await client.query("select pg_advisory_lock(7)");
  await expect(expectNoLeftovers(db, 50)).rejects.toThrow("advisory");
  await client.end();
});

test("load and sampler see how long a lock of ours made others wait", async () => {
  await using db = await freshDatabase();
  await db.admin.query("create table accounts (id int generated always as identity, n int)");
  await db.admin.query("insert into accounts (n) select g from generate_series(1, 100) g");
  const load = await startLoad({ url: db.url, table: "accounts", readers: 3, writers: 3 });
  const sampler = await startSampler(db.url);
  const ours = await connect(db.url, "lockstep up");

  const lockedFor = await holdLock(ours, 300);
  const before = load.count();
  await expect.poll(() => load.count()).toBeGreaterThan(before + 20);

  const felt = await load.stop();
  const seen = await sampler.stop();
  await ours.end();
  expect(felt.errors).toEqual([]);
  expect(felt.max).toBeGreaterThan(250);
  expect(felt.p50).toBeLessThan(250);
  expect(seen.samples).toBeGreaterThan(10);
  expect(seen.maxWaitMs).toBeGreaterThan(250);
  expect(seen.maxWaitMs).toBeLessThan(lockedFor + 100);
  // Every one of the six clients came to wait, and was counted once.
  expect(seen.waits).toHaveLength(6);
  await expectNoLeftovers(db);
});

test("the sampler counts those who queue behind our waiting statement", async () => {
  await using db = await freshDatabase();
  await db.admin.query("create table accounts (n int)");
  const reader = await connect(db.url, "app report");
  const ours = await connect(db.url, "lockstep up");
  const victim = await connect(db.url, "app web");
  await reader.query("begin; select * from accounts");
  const sampler = await startSampler(db.url);
  const ddl = ours
    .query("set lock_timeout = 400; alter table accounts add column m int")
    .catch(() => "timed out");
  await expect
    .poll(async () => (await db.admin.query("select from pg_locks where not granted")).length)
    .toBe(1);
  await victim.query("select * from accounts");
  expect(await ddl).toBe("timed out");
  const seen = await sampler.stop();
  expect(seen.waits.map((one) => one.application)).toEqual(["app web"]);
  expect(seen.maxWaitMs).toBeGreaterThan(200);
  await Promise.all([reader, ours, victim].map((client) => client.end()));
});

test("the sampler blames nobody for waits among others", async () => {
  await using db = await freshDatabase();
  await db.admin.query("create table accounts (n int)");
  const sampler = await startSampler(db.url);
  const other = await connect(db.url, "app admin");
  const load = await startLoad({ url: db.url, table: "accounts", writers: 0 });
  await holdLock(other, 150);
  const felt = await load.stop();
  expect(felt.max).toBeGreaterThan(100);
  expect(await sampler.stop()).toMatchObject({ maxWaitMs: 0, waits: [] });
  await other.end();
});

async function holdLock(client: Awaited<ReturnType<typeof connect>>, ms: number): Promise<number> {
  const start = performance.now();
  await client.query("begin; lock table accounts in access exclusive mode");
  await pause(ms);
  await client.query("commit");
  return performance.now() - start;
}
