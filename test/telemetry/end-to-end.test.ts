/** From a real run to an alert: lockstep, Pushgateway, Prometheus with the rules that are shipped. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import {
  type Prometheus,
  type Sample,
  skipWithoutPrometheus,
  startPrometheus,
  startPushgateway,
} from "../support/prometheus.ts";
import { waitUntil } from "../support/wait-until.ts";

const reason = skipWithoutPrometheus();
const FILE = join(import.meta.dirname, "../../deploy/monitoring/alerts.yml");

test.skipIf(reason !== undefined)(
  "a run is queried, a failing one alerts, a mended one does not",
  async () => {
    await using db = await freshDatabase();
    const gateway = await startPushgateway();
    const prometheus = await startPrometheus({
      scrape: [`127.0.0.1:${gateway.port}`],
      rules: [readFileSync(FILE, "utf8")],
    });
    const app = await project({
      files: { "migrations/1_a.sql": "create table a (id int);" },
      config: { cluster: "prod/eu1", metrics: { pushgateway: gateway.url } },
    });
    const options = { cwd: app.dir, url: db.url };
    const mine = `{database="${db.name}"}`;

    expect((await runCli(["up"], options)).code).toBe(0);
    const [success] = await answer(prometheus, `lockstep_last_run_success${mine} == 1`);
    expect(success!.labels).toMatchObject({
      job: "lockstep",
      cluster: "prod/eu1",
      schema: "lockstep",
    });
    const [age] = await answer(
      prometheus,
      `time() - lockstep_last_success_timestamp_seconds${mine}`,
    );
    expect(age!.value).toBeLessThan(60);
    expect(await answer(prometheus, `lockstep_schema_info${mine}`)).toMatchObject([
      { labels: { version: "1" }, value: 1 },
    ]);
    expect(await prometheus.alerts()).toEqual([]);

    await app.write("migrations/2_b.sql", "select 1 / 0;");
    expect((await runCli(["up"], options)).code).toBe(79);
    const [alert] = await waitUntil(
      async () => {
        const firing = (await prometheus.alerts()).filter(({ state }) => state === "firing");
        return firing.length > 0 && firing;
      },
      { deadlineMs: 20_000, everyMs: 50, what: "the alert" },
    );
    expect(alert).toMatchObject({
      labels: {
        alertname: "LockstepMigrationFailed",
        severity: "error",
        database: db.name,
        cluster: "prod/eu1",
        exit_code: "79",
        sqlstate: "22012",
      },
      annotations: {
        summary: expect.stringContaining(alert!.labels["failure_class"]!),
        runbook_url: expect.stringMatching(/#[a-z]+\.[a-z_]+$/),
      },
    });
    // The success of before is still known: the PUT of the failing run has not taken it away.
    expect(await answer(prometheus, `lockstep_last_success_timestamp_seconds${mine}`)).toHaveLength(
      1,
    );

    await app.write("migrations/2_b.sql", "select 1;");
    expect((await runCli(["up"], options)).code).toBe(0);
    await waitUntil(
      async () => (await prometheus.alerts()).every(({ state }) => state === "pending"),
      {
        deadlineMs: 20_000,
        everyMs: 50,
        what: "the alert to end",
      },
    );
  },
);

async function answer(prometheus: Prometheus, promql: string): Promise<readonly Sample[]> {
  return waitUntil(
    async () => {
      const samples = await prometheus.query(promql);
      return samples.length > 0 && samples;
    },
    { deadlineMs: 20_000, everyMs: 50, what: promql },
  );
}
