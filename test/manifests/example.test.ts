/**
 * examples/kubernetes is played: the commands of its page one after the other, and the containers of
 * its manifests as processes, on a real server.
 */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleManifests } from "../../scripts/docs/kubernetes-example.ts";
import type { TerminationMessage } from "../../src/telemetry/termination-message.ts";
import { runCli } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { startDeployment, type Deployment } from "../support/kubelet/deployment.ts";
import { startJob, type JobResult } from "../support/kubelet/job.ts";
import type { DeploymentSpec as Played, JobSpec } from "../support/kubelet/manifest.ts";
import type { Node } from "../support/kubelet/pod.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";
import { validateObject } from "./models.ts";
import { parseObjects, type DeploymentSpec } from "./objects.ts";
import { contextOf } from "./support.ts";
import { trapsIn } from "./traps.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLE = join(ROOT, "examples/kubernetes");

type Block =
  | { readonly file: string; readonly sql: string }
  | { readonly args: readonly string[]; readonly exit: number };

/** What the page does, in its order: files that it writes, commands that it runs. */
async function blocks(): Promise<Block[]> {
  const page = await readFile(join(EXAMPLE, "README.md"), "utf8");
  return [...page.matchAll(/^```(sh|sql)\n([^]*?)^```$/gm)].flatMap(
    ([, kind, body = ""]): Block[] => {
      if (kind === "sql") {
        const [, file = "", sql = ""] = /^-- (migrations\/\S+)\n([^]*)$/.exec(body) ?? [];
        return [{ file, sql }];
      }
      return body
        .trim()
        .split("\n")
        .map((line) => {
          const [, words = "", exit = ""] = /^npx lockstep (.*) # exit (\d+)$/.exec(line) ?? [];
          return { args: words.split(" "), exit: Number(exit) };
        });
    },
  );
}

async function folder() {
  const { dir, write } = await project();
  for (const name of ["migrations", "k8s", "lockstep.config.json", "server.mjs"]) {
    await cp(join(EXAMPLE, name), join(dir, name), { recursive: true });
  }
  return { dir, write };
}

test("the manifests are what the command prints, and have no trap", async () => {
  for (const { file, render } of exampleManifests()) {
    const text = await readFile(join(ROOT, file), "utf8");
    expect(text, file).toBe(await render());
    const objects = parseObjects(text);
    for (const object of objects) validateObject(object);
    expect(trapsIn(objects, { ...contextOf(), imageId: "4f5b1ee2a4" })).toEqual([]);
  }
});

test("every command of the page ends as the page says", async () => {
  await using db = await freshDatabase();
  const { dir: cwd, write } = await folder();
  const printed = new Map<string, string>();
  const steps = await blocks();
  expect(steps.filter((step) => "args" in step && step.args[0] === "up")).toHaveLength(4);
  for (const step of steps) {
    if ("file" in step) {
      expect(step.file).toMatch(/^migrations\/\d+_\w+\.sql$/);
      await write(step.file, step.sql);
      continue;
    }
    const { code, stdout, stderr } = await runCli(step.args, { cwd, url: db.url });
    expect({ args: step.args, code, stderr }).toMatchObject({ args: step.args, code: step.exit });
    printed.set(step.args.join(" "), stdout + stderr);
  }
  expect(printed.get("gate --timeout 1s")).toMatch(/2_unique_reference/);
  expect(printed.get("gate --timeout 1s")).toMatch(/data\.unique/);
  expect(await db.admin.query("select reference from orders order by id")).toEqual([
    { reference: "A-1" },
    { reference: "A-2" },
    { reference: "A-2-3" },
  ]);
  // What the page has printed is what is committed.
  for (const name of ["shop-migrate-job", "shop-deployment", "shop-contract-cronjob"]) {
    const file = `k8s/${name}.yaml`;
    expect(await readFile(join(cwd, file), "utf8")).toBe(
      await readFile(join(EXAMPLE, file), "utf8"),
    );
  }
  await expectNoLeftovers(db);
});

test("pods of these manifests: deployed, blocked with the old ones serving, and recovered", async () => {
  await using db = await freshDatabase();
  const [failing, fixed] = (await blocks()).filter((step) => "file" in step);
  const secrets = { "shop-migrator": { url: db.url }, "shop-gate": { url: db.url } };
  const image = async (sql?: string): Promise<Node> => {
    const { dir, write } = await folder();
    if (sql !== undefined) await write(failing!.file, sql);
    return { dir, secrets, backOffSecondMs: 10 };
  };
  const first = await image();
  expect(await migrated(first)).toMatchObject({ condition: "Complete", failed: 0 });
  const old = await rollOut("shop-1", first);
  await old.rolledOut(60_000);

  const second = await image(failing!.sql);
  const failed = await migrated(second);
  expect(failed).toMatchObject({ condition: "Failed", reason: "PodFailurePolicy" });
  expect(failed.pods).toHaveLength(1);
  const { exitCode, message } = failed.pods[0]!.containers[0]!;
  expect(exitCode).toBe(79);
  const summary = JSON.parse(message!) as TerminationMessage;
  expect(summary).toMatchObject({ failureClass: "data.unique", exitCode: 79, remaining: 1 });
  expect(summary.at).toMatch(/migrations\/2_unique_reference\.sql:1$/);

  const stuck = await rollOut("shop-2", second);
  const gate = () => stuck.pods[0]!.status.initContainers[0]!;
  await waitUntil(() => gate().restarts > 0, { deadlineMs: 60_000, what: "the gate to time out" });
  expect(gate().exitCode).toBe(82);
  expect(gate().message).toContain("2_unique_reference");
  expect([stuck.available(), old.available()]).toEqual([0, 3]);

  const third = await image(fixed!.sql);
  expect(await migrated(third)).toMatchObject({ condition: "Complete", failed: 0 });
  const recovered = await rollOut("shop-3", third);
  await recovered.rolledOut(60_000);
  // Their file of this name is another than the one that was applied.
  expect(stuck.available()).toBe(0);
  for (const one of [old, stuck, recovered]) await one.remove();
  await expectNoLeftovers(db);
});

async function migrated(node: Node): Promise<JobResult> {
  const [job] = parseObjects(await readFile(join(EXAMPLE, "k8s/shop-migrate-job.yaml"), "utf8"));
  return startJob("migrate", job!.spec as JobSpec, node).done;
}

/** The Deployment as it is, but with what the image's own command is, and a gate that waits 2 s. */
async function rollOut(name: string, node: Node): Promise<Deployment> {
  const [deployment] = parseObjects(
    await readFile(join(EXAMPLE, "k8s/shop-deployment.yaml"), "utf8"),
  );
  const spec = structuredClone(deployment!.spec) as DeploymentSpec;
  const { initContainers, containers } = spec.template.spec;
  initContainers![0]!.args = ["gate", "--timeout", "2s"];
  containers[0]!.command = ["node", "server.mjs"];
  containers[0]!.env = [{ name: "PORT", value: "0" }];
  return startDeployment(name, { ...(spec as Played), replicas: 3 }, node);
}
