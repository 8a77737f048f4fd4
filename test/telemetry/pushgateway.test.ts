/** Real runs push to a real Pushgateway. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli, startCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { skipWithoutPrometheus, startPushgateway } from "../support/prometheus.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startReceiver } from "./receiver.ts";

const reason = skipWithoutPrometheus();

describe.skipIf(reason !== undefined)(`Pushgateway${reason ? ` (${reason})` : ""}`, () => {
  test("a run is one group; a failing run replaces it and keeps the last success", async () => {
    await using db = await freshDatabase();
    const gateway = await startPushgateway();
    const app = await project({
      files: { "migrations/1_a.sql": "create table a (id int);" },
      config: { cluster: "prod/eu1", metrics: { pushgateway: gateway.url } },
    });
    const good = await runCli(["up"], { cwd: app.dir, url: db.url });
    expect(good).toMatchObject({ code: 0, stderr: "" });
    const first = ours(await gateway.metrics());
    const where = `cluster="prod/eu1",database="${db.name}"`;
    const group = `${where},instance="",job="lockstep",schema="lockstep"`;
    const success = group.replace(",schema", ',last="success",schema');
    expect(first[`lockstep_last_run_success{${group}}`]).toBe(1);
    expect(first[`lockstep_run_in_progress{${group}}`]).toBe(0);
    expect(first[`lockstep_migrations_applied{${group}}`]).toBe(1);
    expect(first[`lockstep_schema_info{${group},version="1"}`]).toBe(1);
    const succeededAt = first[`lockstep_last_success_timestamp_seconds{${success}}`]!;
    expect(Math.abs(succeededAt - Date.now() / 1000)).toBeLessThan(60);

    await app.write("migrations/2_b.sql", "select 1 / 0;");
    const bad = await runCli(["up"], { cwd: app.dir, url: db.url });
    expect(bad.code).toBe(79);
    const second = ours(await gateway.metrics());
    expect(second[`lockstep_last_run_success{${group}}`]).toBe(0);
    expect(second[`lockstep_migrations_pending{${group}}`]).toBe(1);
    expect(second[`lockstep_last_success_timestamp_seconds{${success}}`]).toBe(succeededAt);
    // PUT: nothing of the run before is left beside it.
    const infos = Object.keys(second).filter((name) => name.startsWith("lockstep_last_run_info"));
    expect(infos).toHaveLength(1);
    expect(infos[0]).toMatch(/exit_code="79",failure_class="[a-z.]+".*sqlstate="22012"/);
  });

  test("while it runs it says that it is alive, and what the run before came to stays", async () => {
    await using db = await freshDatabase();
    const gateway = await startPushgateway();
    const app = await project({
      files: { "migrations/1_a.sql": "create table a (id int);" },
      config: { metrics: { pushgateway: { url: gateway.url, heartbeat: "100ms" } } },
    });
    await runCli(["up"], { cwd: app.dir, url: db.url });
    await writeFile(join(app.dir, "migrations/2_b.sql"), "select pg_sleep(60);");
    const run = startCli(["up"], { cwd: app.dir, url: db.url });
    const seen = await waitUntil(
      async () => {
        const values = ours(await gateway.metrics());
        return valueOf(values, "lockstep_run_in_progress") === 1 && values;
      },
      { deadlineMs: 20_000, what: "a heartbeat" },
    );
    expect(valueOf(seen, "lockstep_last_run_success")).toBe(1);
    const beat = valueOf(seen, "lockstep_run_heartbeat_timestamp_seconds")!;
    await waitUntil(
      async () => {
        const values = ours(await gateway.metrics());
        return valueOf(values, "lockstep_run_heartbeat_timestamp_seconds")! > beat;
      },
      { deadlineMs: 20_000, what: "another heartbeat" },
    );
    run.kill("SIGTERM");
    expect((await run.done).code).toBe(143);
    const after = ours(await gateway.metrics());
    expect(valueOf(after, "lockstep_run_in_progress")).toBe(0);
    expect(valueOf(after, "lockstep_run_aborting")).toBe(1);
    expect(valueOf(after, "lockstep_last_run_success")).toBe(0);
  });
});

test("login and headers come from variables; no secret is in what is printed", async () => {
  await using db = await freshDatabase();
  const receiver = await startReceiver(403);
  const app = await project({
    files: { "migrations/1_a.sql": "create table a (id int);" },
    config: {
      metrics: {
        pushgateway: {
          url: receiver.url,
          username: "pusher",
          passwordEnv: "PUSH_PASSWORD",
          headersEnv: { "X-Tenant": "TENANT" },
        },
      },
    },
  });
  const run = await runCli(["up"], {
    cwd: app.dir,
    url: db.url,
    env: { PUSH_PASSWORD: "tell-nobody", TENANT: "secret-tenant" },
  });
  expect(run.code).toBe(0);
  expect(receiver.requests[0]?.headers).toMatchObject({
    authorization: `Basic ${Buffer.from("pusher:tell-nobody").toString("base64")}`,
    "x-tenant": "secret-tenant",
  });
  expect(run.stderr).toMatch(/^warning: pushgateway: http:\/\/\S+ answered 403/);
  expect(run.stdout + run.stderr).not.toMatch(/tell-nobody|secret-tenant/);
});

/** Series by name and labels. */
function ours(text: string): Record<string, number> {
  return Object.fromEntries(
    [...text.matchAll(/^(lockstep_\S+?\{.*\}) (\S+)$/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]),
  );
}

function valueOf(values: Record<string, number>, name: string): number | undefined {
  return Object.entries(values).find(([series]) => series.startsWith(`${name}{`))?.[1];
}
