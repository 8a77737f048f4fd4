/** The printed CronJob and the printed init container, as a cluster would run them. */
import { expect, test } from "vitest";
import { addInstance, removeInstance } from "../contract/instances.ts";
import { expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { startDeployment } from "../support/kubelet/deployment.ts";
import { startJob, type JobResult } from "../support/kubelet/job.ts";
import type { DeploymentSpec as Played, JobSpec } from "../support/kubelet/manifest.ts";
import type { Node } from "../support/kubelet/pod.ts";
import { project } from "../support/project.ts";
import { jobSpecOf, type DeploymentSpec } from "./objects.ts";
import { objectsOf } from "./support.ts";

const FILES = {
  "migrations/1_a.sql": "create table a (id int, old int);",
  "migrations/2_drop.sql": "-- lockstep:phase contract\nalter table a drop column old;",
  "server.mjs": `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);`,
};

async function cluster(url: string): Promise<Node> {
  const { dir } = await project({ files: FILES });
  return { dir, backOffSecondMs: 10, secrets: { "shop-migrator": { url } } };
}

async function ran(pattern: "job" | "cronjob", node: Node): Promise<JobResult> {
  const [object] = await objectsOf(pattern);
  return startJob(pattern, jobSpecOf(object!) as JobSpec, node).done;
}

const columns =
  "select attname from pg_attribute where attrelid = 'a'::regclass and attnum > 0 and not attisdropped";

test("the Job leaves contract migrations, and the CronJob applies them once old code is gone", async () => {
  await using db = await freshDatabase();
  const node = await cluster(db.url);
  expect(await ran("job", node)).toMatchObject({ condition: "Complete" });
  expect(await db.admin.query(columns)).toHaveLength(2);

  const old = await addInstance(db, { release: "1.0", ships: ["1"] });
  await addInstance(db, { release: "2.0", ships: ["1", "2"] });
  const refused = await ran("cronjob", node);
  expect(refused).toMatchObject({ condition: "Failed", reason: "BackoffLimitExceeded" });
  // The next time of the schedule is the next attempt.
  expect(refused.pods).toHaveLength(1);
  expect(refused.pods[0]!.containers[0]!.exitCode).toBe(75);
  expect(JSON.parse(refused.pods[0]!.containers[0]!.message!)).toMatchObject({
    failureClass: "contract.old_code",
  });
  expect(await db.admin.query(columns)).toHaveLength(2);

  await removeInstance(db, old);
  expect(await ran("cronjob", node)).toMatchObject({ condition: "Complete", failed: 0 });
  expect(await db.admin.query(columns)).toEqual([{ attname: "id" }]);
  await expectNoLeftovers(db);
});

test("pods with the printed init container: one migrates, all start", async () => {
  await using db = await freshDatabase();
  const [object] = await objectsOf("init-container");
  const spec = structuredClone(object!.spec) as DeploymentSpec;
  spec.template.spec.containers[0]!.command = ["node", "server.mjs"];
  const app = startDeployment("shop", { ...(spec as Played), replicas: 3 }, await cluster(db.url));
  await app.rolledOut(60_000);
  expect(app.pods.map(({ status }) => status.initContainers[0]!.exitCode)).toEqual([0, 0, 0]);
  expect(await db.admin.query("select applied from lockstep.runs where applied > 0")).toEqual([
    { applied: 1 },
  ]);
  await app.remove();
  await expectNoLeftovers(db);
});
