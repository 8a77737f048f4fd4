/**
 * A hundred pods wait at once. Most are waiters of the library in four processes, because a hundred
 * Node processes on two cores would measure Node; twelve are real `lockstep gate` processes.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { startServer } from "../../src/sandbox/server.ts";
import { onTestEnd } from "../support/cleanup.ts";
import { runCli, startCli } from "../support/cli.ts";
import { connect, expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const FILES = {
  "migrations/1_a.sql": "create table a (id int);",
  "migrations/2_i.sql": "create index concurrently a_id on a (id);",
};
const LIBRARY = join(import.meta.dirname, "../../dist/index.js");

/** Waits with `count` gates at once; prints the milliseconds since 1970 at which each has passed. */
const WAITERS = `
import { gate } from ${JSON.stringify(LIBRARY)};
const [url, dir, count] = process.argv.slice(2);
await Promise.all(Array.from({ length: Number(count) }, async () => {
  let seen = false;
  await gate({ connection: url, dir, timeoutMs: 100_000, onState() {
    if (!seen) console.log("waiting");
    seen = true;
  } });
  console.log("passed " + Date.now());
}));
`;

test("100 pods use 100 connections at most, and pass within a second of the end of the run", async () => {
  await using server = await startServer({
    version: testedVersion(),
    settings: { max_connections: "300" },
  });
  await scenario(server.url(), { processes: 12, waiters: [22, 22, 22, 22], most: 100 });
});

test("a server with 20 connections serves the migration first", async () => {
  await using server = await startServer({
    version: testedVersion(),
    settings: { max_connections: "20" },
  });
  await scenario(server.url(), { processes: 2, waiters: [49, 49], most: 20 });
});

interface Crowd {
  readonly processes: number;
  readonly waiters: readonly number[];
  readonly most: number;
}

async function scenario(url: string, { processes, waiters, most }: Crowd): Promise<void> {
  const app = await project({ files: { ...FILES, "waiters.mjs": WAITERS } });
  const cwd = app.dir;
  await runCli(["up", "--to", "1"], { cwd, url });
  const admin = await connect(url, "test admin");
  const blocker = await connect(url, "test blocker");
  await blocker.query("begin; insert into a values (1)");
  const peak = watchConnections(admin);

  const gates = Array.from({ length: processes }, () =>
    startCli(["gate", "--timeout", "100s"], { cwd, url, deadlineMs: 110_000 }),
  );
  const crowds = waiters.map((count) =>
    startWaiters([url, join(cwd, "migrations"), String(count)], join(cwd, "waiters.mjs")),
  );
  const all = waiters.reduce((sum, one) => sum + one, 0);
  const lines = (): string[] => crowds.flatMap(({ output }) => output().split("\n"));
  // With few slots not everybody gets to look before the run has ended.
  const seated = most < 100 ? Math.floor(all / 2) : all;
  await waitUntil(() => lines().filter((line) => line === "waiting").length >= seated, {
    what: "the waiters to have looked",
    deadlineMs: 60_000,
  });

  const up = startCli(["up"], { cwd, url, deadlineMs: 100_000 });
  await waitUntil(
    async () =>
      (await admin.query("select from pg_stat_activity where query like 'create index conc%'"))
        .rowCount! > 0,
    { what: "the index build", deadlineMs: 60_000 },
  );
  await blocker.query("commit");
  expect(await up.done).toMatchObject({ code: 0 });
  const { rows } = await admin.query(
    "select finished_at from lockstep.runs order by started_at desc limit 1",
  );
  const ended = (rows[0] as { finished_at: Date }).finished_at.getTime();

  expect(
    new Set((await Promise.all(gates.map(({ done }) => done))).map(({ code }) => code)),
  ).toEqual(new Set([0]));
  await Promise.all(crowds.map(({ done }) => done));
  const passed = lines()
    .filter((line) => line.startsWith("passed "))
    .map((line) => Number(line.slice(7)) - ended);
  expect(passed).toHaveLength(all);
  // The promise is a second; the machine of a test may be busy. bench/ has the figure.
  expect(Math.max(...passed)).toBeLessThan(most < 100 ? 30_000 : 5000);
  // Two of them are the run's own.
  expect(await peak.stop()).toBeLessThanOrEqual(most + 2);
  await blocker.end();
  await admin.end();
}

function startWaiters(args: readonly string[], script: string) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestEnd(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const done = new Promise<void>((resolve, reject) => {
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`))));
  });
  done.catch(() => {});
  return { output: () => text, done };
}

/** The most sessions that the gates and the run had at any look, every 20 ms. */
function watchConnections(admin: Awaited<ReturnType<typeof connect>>) {
  let most = 0;
  let on = true;
  const watching = (async () => {
    while (on) {
      const { rows } = await admin.query(
        "select count(*)::int as n from pg_stat_activity a where a.application_name like 'lockstep %'",
      );
      most = Math.max(most, (rows[0] as { n: number }).n);
      await pause(20);
    }
  })();
  return {
    async stop() {
      on = false;
      await watching;
      return most;
    },
  };
}

test("an idle gate that listens holds up no concurrent index build", async () => {
  await using db = await freshDatabase();
  const { dir: cwd } = await project({
    files: { ...FILES, "migrations/3_b.sql": "select pg_sleep(0)" },
  });
  await runCli(["up", "--to", "1"], { cwd, url: db.url });
  const gate = startCli(["gate"], { cwd, url: db.url });
  await gate.waitForOutput(/waiting: 2_i, 3_b are not applied/);
  await waitUntil(
    async () =>
      (
        await db.admin.query(
          "select from pg_stat_activity where query like 'listen %' or query like '%as mark%'",
        )
      ).length > 0,
    { what: "the gate to listen" },
  );
  const began = performance.now();
  expect(await runCli(["up"], { cwd, url: db.url })).toMatchObject({ code: 0 });
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(await gate.done).toMatchObject({ code: 0 });
  await expectNoLeftovers(db);
});
