/** The gate when the server or the network is in trouble: it waits out what passes, and stays on time. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCli, startCli } from "../support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { sharedServer, sharedUrl } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { startProxy, type Proxy } from "../support/proxy.ts";
import { waitUntil } from "../support/wait-until.ts";

const FILES = {
  "migrations/1_a.sql": "create table a (id int);",
  "migrations/2_b.sql": "create table b (id int);",
};

let db: TestDatabase;
let proxy: Proxy;
let cwd: string;
let url: string;

beforeEach(async () => {
  db = await freshDatabase();
  const { host, port } = sharedServer();
  proxy = await startProxy({ target: { host, port } });
  cwd = (await project({ files: FILES })).dir;
  // Without TLS: one connection for each look.
  url = `${proxy.url(db.url)}?sslmode=disable`;
  await runCli(["up", "--to", "1"], { cwd, url: db.url });
});

afterEach(async () => {
  await proxy.close();
  await expectNoLeftovers(db);
  await db[Symbol.asyncDispose]();
});

test("a server that is down is waited for, and so is one that goes away meanwhile", async () => {
  await proxy.refuse(true);
  const gate = startCli(["gate"], { cwd, url });
  await gate.waitForOutput(/ECONNREFUSED/);
  await proxy.refuse(false);
  await gate.waitForOutput(/waiting: 2_b is not applied/);
  proxy.cutAll();
  await proxy.refuse(true);
  expect(await runCli(["up"], { cwd, url: db.url })).toMatchObject({ code: 0 });
  await proxy.refuse(false);
  expect(await gate.done).toMatchObject({ code: 0, stderr: "" });
});

test("a role's own time-outs are waited out like a server that is down", async () => {
  await db.admin.query(`alter database "${db.name}" set lock_timeout = '100ms'`);
  const holder = await connect(db.url, "test holder");
  await holder.query("begin; lock table lockstep.migrations in access exclusive mode");
  const gate = startCli(["gate"], { cwd, url: db.url });
  await gate.waitForOutput(/canceling statement due to lock timeout/);
  await holder.query("commit");
  await holder.end();
  await gate.waitForOutput(/waiting: 2_b is not applied/);
  expect(await runCli(["up"], { cwd, url: db.url })).toMatchObject({ code: 0 });
  expect(await gate.done).toMatchObject({ code: 0 });
});

test("a server that is down until the end is 82, and the reason is said", async () => {
  await proxy.refuse(true);
  const late = await runCli(["gate", "--timeout", "1s"], { cwd, url });
  expect(late).toMatchObject({ code: 82, stderr: expect.stringContaining("ECONNREFUSED") });
  expect(late.stderr).toContain("Check that the server is up");
  const json = await runCli(["gate", "--timeout", "0", "--json"], { cwd, url });
  expect(json).toMatchObject({ code: 82 });
  expect(json.json()).toMatchObject({ event: "failure", failure: { class: "gate.timeout" } });
});

test.each([
  { when: "while connecting", type: "startup", contains: "" },
  { when: "at the first query", type: "Q", contains: "server_version_num" },
])("a server that hangs $when keeps neither the timeout nor a signal", async (at) => {
  const { type, contains } = at;
  const rule = proxy.when(
    { direction: "frontend", type, contains, occurrence: "every" },
    "blackhole",
  );
  const late = await runCli(["gate", "--timeout", "1s"], { cwd, url });
  expect(late).toMatchObject({ code: 82, stderr: expect.stringContaining("no answer") });
  // Far less than the 10 s that a connection may take, or the 60 s of a query.
  expect(late.ms).toBeLessThan(9000);

  const before = rule.matches;
  const gate = startCli(["gate"], { cwd, url });
  await waitUntil(() => rule.matches > before, { what: "the gate to hang" });
  const told = performance.now();
  gate.kill("SIGTERM");
  expect(await gate.done).toMatchObject({ code: 143 });
  expect(performance.now() - told).toBeLessThan(4000);
});

test("a server that falls silent while the gate listens does not keep it past its time", async () => {
  const gate = startCli(["gate", "--timeout", "4s"], { cwd, url });
  await gate.waitForOutput(/waiting: 2_b is not applied/);
  proxy.blackholeAll();
  const { code, stderr, ms } = await gate.done;
  expect({ code, stderr }).toMatchObject({ code: 82, stderr: expect.stringContaining("2_b") });
  expect(ms).toBeLessThan(12_000);
});

test("what waiting does not help ends it at once", async () => {
  const nobody = sharedUrl(db.name, "nobody_of_this_name");
  const refused = await runCli(["gate"], { cwd, url: nobody });
  expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining("auth.failed") });
  const lost = await runCli(["gate"], { cwd, url: sharedUrl("no_database_of_this_name") });
  expect(lost).toMatchObject({ code: 78, stderr: expect.stringContaining("auth.no_database") });
});
