/** The two ways without a server of ours to push to: a file, and /metrics while a run is under way. */
import { createServer, type AddressInfo } from "node:net";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { METRIC_IDS, metricName } from "../../src/telemetry/metric-catalogue.ts";
import { openScrape } from "../../src/telemetry/scrape.ts";
import { runCli, startCli } from "../support/cli.ts";
import { onTestEnd } from "../support/cleanup.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { prometheusAvailable } from "../support/prometheus.ts";
import { waitUntil } from "../support/wait-until.ts";

const PLACE = {
  cluster: "c",
  target: "",
  database: "shop",
  historySchema: "lockstep",
  links: {},
};

test("the file is replaced as a whole, readable for all, and keeps the last success", async () => {
  await using db = await freshDatabase();
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  const file = join(app.dir, "out/lockstep.prom");
  await mkdir(join(app.dir, "out"));
  const options = { cwd: app.dir, url: db.url, env: { LOCKSTEP_METRICS_TEXTFILE: file } };
  expect(await runCli(["up"], options)).toMatchObject({ code: 0, stderr: "" });
  const first = await readFile(file, "utf8");
  expect((await stat(file)).mode & 0o777).toBe(0o644);
  const where = `{database="${db.name}",schema="lockstep"}`;
  expect(first).toContain(`lockstep_last_run_success${where} 1\n`);
  const success = first.split("\n").find((line) => line.startsWith("lockstep_last_success_"));
  expect(success).toContain(where);
  if (prometheusAvailable === true) {
    execFileSync("promtool", ["check", "metrics"], { input: first });
  }

  await app.write("migrations/2_b.sql", "select 1 / 0;");
  expect((await runCli(["up"], options)).code).toBe(79);
  const second = await readFile(file, "utf8");
  expect(second).toContain(`lockstep_last_run_success${where} 0\n`);
  expect(second).toContain(`\n${success}\n`);
  expect(await readdir(join(app.dir, "out"))).toEqual(["lockstep.prom"]);
});

test("in a folder each database has a file of its own", async () => {
  await using db = await freshDatabase();
  const app = await project({
    files: { "migrations/1_a.sql": "create table a (id int);" },
    config: { cluster: "prod/eu1" },
  });
  const env = { LOCKSTEP_METRICS_TEXTFILE: app.dir };
  await runCli(["up"], { cwd: app.dir, url: db.url, env });
  const files = (await readdir(app.dir)).filter((name) => name.endsWith(".prom"));
  expect(files).toEqual([`lockstep-prod_eu1-${db.name}-lockstep.prom`]);
});

test("a folder that is not there is a warning, and the run is as it is", async () => {
  await using db = await freshDatabase();
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  const env = { LOCKSTEP_METRICS_TEXTFILE: join(app.dir, "nowhere/x.prom") };
  const run = await runCli(["up"], { cwd: app.dir, url: db.url, env });
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/^warning: textfile: ENOENT[^\n]*\n$/);
});

test("/metrics answers while the run is under way, and the port is free after it", async () => {
  await using db = await freshDatabase();
  const port = await freePort();
  const app = await project({
    files: { "migrations/1_a.sql": "select pg_sleep(60);" },
    config: { metrics: { listen: port } },
  });
  const run = startCli(["up"], { cwd: app.dir, url: db.url });
  const url = `http://127.0.0.1:${port}/metrics`;
  const text = await waitUntil(
    async () => {
      const answer = await fetch(url);
      const body = await answer.text();
      return body.includes("lockstep_migrations_planned{") && body;
    },
    { deadlineMs: 20_000, what: "/metrics" },
  );
  expect(text).toContain(`lockstep_run_in_progress{database="${db.name}",schema="lockstep"} 1\n`);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  expect((await fetch(url, { method: "POST" })).status).toBe(405);
  run.kill("SIGTERM");
  expect(await run.done).toMatchObject({ code: 143 });
  await expect(fetch(url)).rejects.toThrow();
});

test("a port that is taken is a warning, said once", async () => {
  await using db = await freshDatabase();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  onTestEnd(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  const env = { LOCKSTEP_METRICS_LISTEN: `127.0.0.1:${port}` };
  const run = await runCli(["up"], { cwd: app.dir, url: db.url, env });
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/^warning: metrics: no \/metrics on [^\n]*EADDRINUSE[^\n]*\n$/);
});

test("port 0 takes one that is free; an open connection does not hold the end up", async () => {
  const sink = await openScrape("127.0.0.1:0", PLACE);
  expect(sink.port).toBeGreaterThan(0);
  const answer = await fetch(`http://127.0.0.1:${sink.port}/metrics`);
  const named = [...(await answer.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(METRIC_IDS.map(metricName)).toEqual(expect.arrayContaining(named));
  await sink.close(1_000);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
