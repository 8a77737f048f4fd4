/**
 * A deployment from end to end, with everything that is real here: the Job and the gated pods that
 * `lockstep manifests` prints, played by real processes, PostgreSQL, Pushgateway, Alertmanager and the webhook that a page is made of. One
 * story in four parts, each on the database that the part before it has left.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AlertmanagerNotification } from "../support/alertmanager.ts";
import { skipWithoutAlertmanager, startAlertmanager } from "../support/alertmanager.ts";
import { expectSettled, holder, waitForStatement } from "../chaos/support.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import type { Deployment } from "../support/kubelet/deployment.ts";
import { printedCluster, SERVER, type PrintedCluster } from "../support/kubelet/printed.ts";
import { project, type Project } from "../support/project.ts";
import {
  skipWithoutPrometheus,
  startPushgateway,
  type Pushgateway,
} from "../support/prometheus.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { waitUntil } from "../support/wait-until.ts";

const skipped = skipWithoutAlertmanager() ?? skipWithoutPrometheus();

describe.skipIf(skipped !== undefined)("a deployment", () => {
  let db: TestDatabase;
  let app: Project;
  let cluster: PrintedCluster;
  let pushgateway: Pushgateway;
  let pager: Receiver;
  let deployment: Deployment | undefined;

  beforeAll(async () => {
    db = await freshDatabase();
    pager = await startReceiver();
    const alertmanager = await startAlertmanager({ webhookUrl: pager.url });
    pushgateway = await startPushgateway();
    app = await project({
      files: {
        "server.mjs": SERVER,
        "migrations/1_users.sql": "create table users (id int, email text);",
      },
      config: {
        cluster: "prod/eu1",
        links: { runbook: "https://runbooks.example.com/lockstep" },
        kubernetes: { gateTimeout: "2s" },
        metrics: { pushgateway: pushgateway.url },
        notify: [{ type: "alertmanager", url: alertmanager.url }],
      },
    });
    const url = { url: db.url };
    cluster = printedCluster({
      dir: app.dir,
      backOffSecondMs: 10,
      secrets: { "shop-migrator": url, "shop-gate": url },
    });
  });

  afterAll(async () => {
    await deployment?.remove();
    await db.drop();
  });

  const startPods = async (): Promise<Deployment> => (deployment = await cluster.pods("gate"));

  const metric = async (name: string): Promise<number | undefined> => {
    const line = new RegExp(`^lockstep_${name}\\{.*\\} (\\S+)$`, "m").exec(
      await pushgateway.metrics(),
    );
    return line === null ? undefined : Number(line[1]);
  };
  const page = (status: "firing" | "resolved") =>
    pager.waitFor(
      (request) => (request.json() as AlertmanagerNotification).status === status,
      `a page that is ${status}`,
    );

  test("the schema is ready before the code: the Job applies, then all pods start", async () => {
    const job = await cluster.job();
    const pods = await startPods();
    expect(await job.done).toMatchObject({ condition: "Complete", failed: 0 });
    await pods.rolledOut(60_000);
    expect(await metric("last_run_success")).toBe(1);
    expect(pager.requests).toEqual([]);
    await pods.remove();
  });

  test("a failing migration blocks the roll-out, and whoever must know is told in time", async () => {
    await app.write(
      "migrations/2_unique.sql",
      "insert into users values (1, 'a'), (2, 'a');\ncreate unique index users_email on users (email);",
    );
    const began = performance.now();
    const job = await cluster.job();
    const pods = await startPods();
    const result = await job.done;
    expect(result).toMatchObject({ condition: "Failed", reason: "PodFailurePolicy", failed: 0 });
    expect(result.pods[0]!.containers[0]).toMatchObject({ exitCode: 79 });

    const request = await page("firing");
    // Issue and page within 15 s, from the start of the Job on.
    expect(performance.now() - began).toBeLessThan(15_000);
    const { alerts } = request.json() as AlertmanagerNotification;
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({
      labels: { alertname: "LockstepRunFailed", cluster: "prod/eu1", severity: "error" },
      annotations: {
        failure_class: "data.unique",
        migration: "2_unique",
        file: "migrations/2_unique.sql:2",
        action: expect.stringMatching(/\S/) as string,
        state: expect.stringMatching(/\S/) as string,
        runbook_url: "https://runbooks.example.com/lockstep#data.unique",
        next_command: expect.stringMatching(/^lockstep explain [0-9a-f-]{36}$/) as string,
      },
    });
    expect(await metric("last_run_success")).toBe(0);

    await waitUntil(
      () => pods.pods.every(({ status }) => status.initContainers[0]!.runs.length > 0),
      {
        deadlineMs: 30_000,
        what: "every gate to end",
      },
    );
    const ends = pods.pods.flatMap(({ status }) => status.initContainers[0]!.runs);
    expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([82]));
    expect(ends[0]!.stderr).toContain("2_unique is not applied");
    expect(ends.at(-1)!.stderr).toContain("data.unique");
    expect(pods.available()).toBe(0);
  });

  test("the mended migration lets the same pods start, and the page is resolved", async () => {
    await app.write(
      "migrations/2_unique.sql",
      "insert into users values (1, 'a'), (2, 'b');\ncreate unique index users_email on users (email);",
    );
    const pods = deployment!;
    expect(await (await cluster.job()).done).toMatchObject({ condition: "Complete" });
    await pods.rolledOut(60_000);
    const { alerts } = (await page("resolved")).json() as AlertmanagerNotification;
    expect(alerts[0]).toMatchObject({ status: "resolved", labels: { stage: "work" } });
    expect(await metric("last_run_success")).toBe(1);
    await pods.remove();
  });

  test("a pod that is evicted in an index build is replaced, and the index is finished", async () => {
    await app.write("migrations/3_index.sql", "create index concurrently users_id on users (id);");
    const writer = await holder(db.url, "begin", "lock table users in row exclusive mode");
    const job = await cluster.job();
    await waitForStatement(db.admin, /create index concurrently/);
    const invalid = "select from pg_catalog.pg_index where not indisvalid";
    await waitUntil(async () => (await db.admin.query(invalid)).length > 0, {
      deadlineMs: 15_000,
      what: "the index to be there",
    });
    const pod = await job.pod(0);
    pod.evict();
    await pod.ended;
    await writer.end();
    const result = await job.done;
    expect(result).toMatchObject({ condition: "Complete", failed: 0 });
    expect(result.pods.map(({ containers }) => containers[0]!.exitCode)).toEqual([143, 0]);
    const pods = await startPods();
    await pods.rolledOut(60_000);
    expect(await db.admin.query(invalid)).toEqual([]);
    expect(
      await db.admin.query(
        "select indexrelid::regclass::text as index from pg_index where indrelid = 'users'::regclass order by 1",
      ),
    ).toEqual([{ index: "users_email" }, { index: "users_id" }]);
    // Nobody is woken up because a node was drained.
    expect(pager.requests.map((one) => (one.json() as AlertmanagerNotification).status)).toEqual([
      "firing",
      "resolved",
    ]);
    await pods.remove();
    await expectSettled(db);
  });
});
