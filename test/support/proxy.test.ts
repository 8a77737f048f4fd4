import { once } from "node:events";
import { connect as dial } from "node:net";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";

import { connect, expectNoLeftovers, freshDatabase, type TestDatabase } from "./database.ts";
import { sharedServer } from "./postgres.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { waitUntil } from "./wait-until.ts";

let db: TestDatabase;
let proxy: Proxy;

beforeEach(async () => {
  db = await freshDatabase();
  proxy = await startProxy({ target: sharedServer() });
});

afterEach(async () => {
  await proxy.close();
  await expectNoLeftovers(db);
  await db.drop();
});

const join = (): Promise<pg.Client> => connect(proxy.url(db.url), "proxied");

async function count(): Promise<number> {
  const [row] = await db.admin.query<{ n: number }>("select count(*)::int as n from t");
  return row?.n ?? -1;
}

test("passes a session through, and counts its round trips and messages", async () => {
  const client = await join();
  proxy.resetStats();
  await client.end();
  const other = await join();
  expect(proxy.stats().perConnection[0]?.roundTrips).toBe(1);
  await other.query("select 1; select 2");
  await other.query("select $1::int", [1]);
  await other.end();
  await waitUntil(() => proxy.stats().open === 0, { what: "the connection to close" });
  expect(proxy.stats()).toMatchObject({
    connections: 1,
    roundTrips: 3,
    frontendMessages: { startup: 1, Q: 1, P: 1, B: 1, D: 1, E: 1, S: 1, X: 1 },
  });
});

test("moves megabytes both ways, also with latency", async () => {
  const client = await join();
  const text = "x".repeat(9_000_000);
  for (const roundTripMs of [0, 30]) {
    proxy.latency(roundTripMs);
    const startedAt = performance.now();
    const { rows } = await client.query("select $1::text as back", [text]);
    expect(rows[0]?.back === text).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  }
  const { rows } = await client.query("select g from generate_series(1, 50000) g");
  expect(rows.map(({ g }) => g as number).every((g, index) => g === index + 1)).toBe(true);
  await client.end();
});

test("latency is paid once for each round trip", async () => {
  const client = await join();
  proxy.latency(40);
  const startedAt = performance.now();
  for (let i = 0; i < 5; i += 1) await client.query("select 1");
  const ms = performance.now() - startedAt;
  expect(ms).toBeGreaterThan(195);
  expect(ms).toBeLessThan(300);
  proxy.latency(0);
  await client.end();
});

test("cut closes both ends and the message never arrives", async () => {
  await db.admin.query("create table t (n int)");
  const client = await join();
  const rule = proxy.when({ direction: "frontend", type: "Q", contains: "COMMIT" }, "cut");
  await client.query("begin");
  await client.query("insert into t values (1)");
  await expect(client.query("COMMIT")).rejects.toThrow(/terminated|ECONNRESET/);
  expect((await rule.reached).payload.toString()).toBe("COMMIT\0");
  await expectNoLeftovers(db);
  expect(await count()).toBe(0);
});

test("cut-after lets the message arrive and loses the answer", async () => {
  await db.admin.query("create table t (n int)");
  const client = await join();
  proxy.when({ direction: "frontend", contains: "insert" }, "cut-after");
  await expect(client.query("insert into t values (1)")).rejects.toThrow(/terminated|ECONNRESET/);
  await expectNoLeftovers(db);
  expect(await count()).toBe(1);
});

test("a rule acts at its occurrence, in answers of the server too", async () => {
  await db.admin.query("create table t (n int)");
  const client = await join();
  const answers = { direction: "backend", type: "C", contains: "INSERT", occurrence: 3 } as const;
  const rule = proxy.when(answers, "cut");
  const insert = (): Promise<unknown> => client.query("insert into t values (1)");
  await insert();
  await insert();
  await expect(insert()).rejects.toThrow(/terminated|ECONNRESET/);
  expect(rule.matches).toBe(3);
  expect(await count()).toBe(3);
});

test("hold keeps a message, and what follows, until the release", async () => {
  await db.admin.query("create table t (n int)");
  const client = await join();
  const rule = proxy.when({ direction: "frontend", contains: "insert" }, "hold");
  const first = client.query("insert into t values (1)");
  await rule.reached;
  expect(await count()).toBe(0);
  rule.release();
  await first;
  expect(await count()).toBe(1);
  await client.end();
});

test("a callback runs before the message is forwarded, and may decide", async () => {
  await db.admin.query("create table t (n int)");
  const client = await join();
  const seen: string[] = [];
  proxy.when({ direction: "frontend", type: "Q", occurrence: "every" }, async (message) => {
    seen.push(`${message.connection} ${message.payload.toString("utf8", 0, 6)} ${await count()}`);
    return seen.length === 2 ? "cut" : undefined;
  });
  await client.query("insert into t values (1)");
  await expect(client.query("delete from t")).rejects.toThrow();
  expect(seen).toEqual(["0 insert 0", "0 delete 1"]);
  expect(await count()).toBe(1);
});

test("a black hole swallows everything, the end of the client included", async () => {
  const client = await join();
  const pid = (await client.query("select pg_backend_pid() as pid")).rows[0]?.pid as number;
  const rule = proxy.when({ direction: "frontend", contains: "lost" }, "blackhole");
  let answered = false;
  client.query("select 'lost'").then(
    () => (answered = true),
    () => undefined,
  );
  await rule.reached;
  const socket = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
  socket.stream.destroy();
  // The server would notice a closed connection within a millisecond, because it is idle.
  const alive = "select state from pg_stat_activity where pid = $1";
  for (let i = 0; i < 10; i += 1) {
    expect(await db.admin.query(alive, [pid])).toEqual([{ state: "idle" }]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(answered).toBe(false);
  proxy.cutAll();
  const gone = async (): Promise<boolean> => (await db.admin.query(alive, [pid])).length === 0;
  await waitUntil(gone, { what: "the session to end" });
});

test("blackholeAll silences what is open, and not what comes later", async () => {
  const client = await join();
  proxy.blackholeAll();
  const silent = client.query("select 1").then(
    () => "answered",
    () => "failed",
  );
  const other = await join();
  await other.query("select 1");
  await other.end();
  proxy.cutAll();
  expect(await silent).toBe("failed");
});

test("the end of a client reaches the server, and the end of a session the client", async () => {
  const client = await join();
  const pid = (await client.query("select pg_backend_pid() as pid")).rows[0]?.pid as number;
  const ended = new Promise((resolve) => client.once("end", resolve));
  await db.admin.query("select pg_terminate_backend($1)", [pid]);
  await ended;

  const { host } = new URL(proxy.url(db.url));
  const raw = dial(Number(host.split(":")[1]), "127.0.0.1");
  await once(raw, "connect");
  await waitUntil(() => proxy.stats().open === 1, { what: "the connection to be accepted" });
  raw.destroy();
  await waitUntil(() => proxy.stats().open === 0, { what: "the connection to close" });
});

test("refusing means that nothing listens, and can be undone", async () => {
  const client = await join();
  await proxy.refuse(true);
  await expect(join()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await client.query("select 1");
  await proxy.refuse(false);
  await (await join()).end();
  await client.end();
});

test("only host and port of a connection string change", () => {
  const original = "postgres://a%40b:p%23w@db.example/x?application_name=a%20b&sslmode=disable";
  expect(proxy.url(original)).toBe(original.replace("db.example", `127.0.0.1:${proxy.port}`));
  expect(proxy.url("postgres:///x?host=/tmp")).toBe(`postgres://127.0.0.1:${proxy.port}/x`);
});
