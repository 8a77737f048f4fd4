/** Whoever is to be told may be gone, silent or broken: the run is what it is, and waits little. */
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type CliResult, runCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { startReceiver } from "./receiver.ts";

/** What is asked for in each test; all in one run, so that their waits may not add up. */
function telemetry(url: string): Record<string, string> {
  return {
    LOCKSTEP_PUSHGATEWAY: url,
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
  };
}

const OUTAGES: readonly (readonly [what: string, url: () => Promise<string>])[] = [
  ["nobody listens", async () => `http://127.0.0.1:${await closedPort()}`],
  ["it accepts and never answers", async () => (await startReceiver("never")).url],
  ["it answers 500", async () => (await startReceiver(500)).url],
  ["it answers 503, which exporters try again", async () => (await startReceiver(503)).url],
];

test.each(OUTAGES)("%s", async (_, address) => {
  await using db = await freshDatabase();
  const env = telemetry(await address());
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  const options = { cwd: app.dir, url: db.url };

  const again = await runCli(["up", "--json"], { ...options, env });
  expect(afterItsEnd(again)).toBeLessThan(6_000);
  expect(again.code).toBe(0);
  expect(again.events().at(-1)).toMatchObject({ outcome: "applied" });
  expect(warnings(again.stderr)).toEqual(["otlp", "pushgateway"]);

  await app.write("migrations/2_b.sql", "select 1 / 0;");
  const bad = await runCli(["up", "--json"], { ...options, env });
  expect(afterItsEnd(bad)).toBeLessThan(6_000);
  expect(bad.code).toBe(79);
  expect(bad.events().at(-1)).toMatchObject({ outcome: "failed" });
  expect(warnings(bad.stderr)).toEqual(["otlp", "pushgateway"]);
});

test("settings that cannot work are warnings as well", async () => {
  await using db = await freshDatabase();
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  const env = {
    LOCKSTEP_PUSHGATEWAY: "gateway:9091",
    LOCKSTEP_METRICS_LISTEN: "everywhere",
    OTEL_EXPORTER_OTLP_ENDPOINT: "not a url",
  };
  const run = await runCli(["up"], { cwd: app.dir, url: db.url, env });
  expect(run.code).toBe(0);
  expect(warnings(run.stderr)).toEqual(["metrics", "otlp", "pushgateway"]);
});

/** Milliseconds from the last event to now: the budget of all that are told is 5 s. */
function afterItsEnd(run: CliResult): number {
  return Date.now() - Date.parse(run.events().at(-1)!.at);
}

function warnings(stderr: string): string[] {
  return [...stderr.matchAll(/^warning: (\w+): \S/gm)].map(([, name]) => name!).toSorted();
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
