/** The harness itself, with scripts that end as they are told: what a cluster would do with them. */
import { expect, test } from "vitest";

import { project } from "../project.ts";
import { waitUntil } from "../wait-until.ts";
import { startDeployment } from "./deployment.ts";
import { startJob } from "./job.ts";
import { refusalOf, type JobSpec, type PodFailureRule, type PodSpec } from "./manifest.ts";
import type { Node } from "./pod.ts";

/**
 * Ends with the codes of its first argument, one for each start; `stay` waits for a signal, `deaf`
 * does not hear it. Starts are counted over all pods or, with `own`, in each of them.
 */
const SCRIPT = `
  import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
  const [, , list, own] = process.argv;
  const starts = own ? process.env.LOG + ".starts" : "starts";
  appendFileSync(starts, "x");
  const words = list.split(",");
  const word = words[Math.min(readFileSync(starts, "utf8").length, words.length) - 1];
  if (word === "stay" || word === "deaf") {
    process.on("SIGTERM", () => { if (word === "stay") process.exit(143); });
    setInterval(() => {}, 1000);
    console.log("ready");
  } else if (word === "wordy") {
    writeFileSync(process.env.LOG, "x".repeat(5000));
    process.exitCode = 1;
  } else {
    console.error("ends with " + word);
    process.exitCode = Number(word);
  }`;

async function node(): Promise<Node> {
  const { dir } = await project({ files: { "script.mjs": SCRIPT } });
  return { dir, backOffSecondMs: 1 };
}

const LOG = [{ name: "LOG", value: "/dev/termination-log" }];

const podSpec = (words: string, more: Partial<PodSpec> = {}): PodSpec => ({
  restartPolicy: "Never",
  containers: [{ name: "main", command: ["node", "script.mjs", words], env: LOG }],
  ...more,
});

const RULES: readonly PodFailureRule[] = [
  { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
  { action: "FailJob", onExitCodes: { containerName: "main", operator: "In", values: [79, 80] } },
];

const jobSpec = (words: string, more: Partial<JobSpec> = {}): JobSpec => ({
  backoffLimit: 2,
  podFailurePolicy: { rules: RULES },
  template: { spec: podSpec(words) },
  ...more,
});

test.each([
  { words: "0", condition: "Complete", failed: 0, codes: [0] },
  { words: "75,1,0", condition: "Complete", failed: 2, codes: [75, 1, 0] },
  {
    words: "75",
    condition: "Failed",
    reason: "BackoffLimitExceeded",
    failed: 3,
    codes: [75, 75, 75],
  },
  { words: "75,79", condition: "Failed", reason: "PodFailurePolicy", failed: 1, codes: [75, 79] },
])("a Job whose pods end with $words: $condition", async ({ words, codes, ...end }) => {
  const result = await startJob("job", jobSpec(words), await node()).done;
  expect(result).toMatchObject(end);
  expect(result.pods.map(({ containers }) => containers[0]!.exitCode)).toEqual(codes);
});

test("what is evicted does not count, and what ignores SIGTERM is killed", async () => {
  const spec = jobSpec("stay,deaf,0", { backoffLimit: 1 });
  const job = startJob(
    "job",
    { ...spec, template: { spec: { ...spec.template.spec, terminationGracePeriodSeconds: 1 } } },
    await node(),
  );
  for (const index of [0, 1]) {
    const pod = await job.pod(index);
    await waitUntil(() => pod.process()?.output().includes("ready"), { what: "the script" });
    pod.evict();
  }
  const { condition, failed, pods } = await job.done;
  expect([condition, failed]).toEqual(["Complete", 0]);
  expect(pods.map(({ containers }) => containers[0]!.exitCode)).toEqual([143, 137, 0]);
});

test("the deadline ends what runs, and no pod is started after it", async () => {
  const job = startJob("job", jobSpec("stay", { activeDeadlineSeconds: 1 }), await node());
  const { condition, reason, pods } = await job.done;
  expect([condition, reason]).toEqual(["Failed", "DeadlineExceeded"]);
  expect(pods.map(({ containers }) => containers[0]!.exitCode)).toEqual([143]);
});

test("a container out of memory has 137, and counts", async () => {
  const job = startJob("job", jobSpec("stay,0"), await node());
  const pod = await job.pod(0);
  await waitUntil(() => pod.process()?.output().includes("ready"), { what: "the script" });
  pod.oomKill();
  const { failed, pods } = await job.done;
  expect(failed).toBe(1);
  expect(pods[0]!.containers[0]).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
});

test("main containers start when the init container ends with 0, which starts again until then", async () => {
  const at = await node();
  const deployment = startDeployment(
    "app",
    {
      replicas: 2,
      template: {
        spec: {
          initContainers: [
            { name: "gate", command: ["node", "script.mjs", "82,82,82,0", "own"], env: LOG },
          ],
          containers: [{ name: "app", command: ["node", "script.mjs", "stay", "own"], env: LOG }],
        },
      },
    },
    at,
  );
  await deployment.rolledOut();
  const restarts = deployment.pods.map(({ status }) => status.initContainers[0]!.restarts);
  expect(restarts).toEqual([3, 3]);
  await waitUntil(
    () => deployment.pods.every((pod) => pod.process("app")?.output().includes("ready")),
    { what: "both scripts" },
  );
  const ends = await deployment.remove();
  expect(ends.map(({ containers }) => containers[0]!.exitCode)).toEqual([143, 143]);
});

test("the termination message is what was written, cut off, or the end of the log", async () => {
  const spec = jobSpec("wordy,1", { backoffLimit: 1 });
  const [container] = spec.template.spec.containers;
  const { pods } = await startJob(
    "job",
    {
      ...spec,
      template: {
        spec: {
          ...spec.template.spec,
          containers: [{ ...container!, terminationMessagePolicy: "FallbackToLogsOnError" }],
        },
      },
    },
    await node(),
  ).done;
  expect(pods[0]!.containers[0]!.message).toBe("x".repeat(4096));
  expect(pods[1]!.containers[0]!.message).toContain("ends with 1");
});

test.each([
  [{ template: { spec: podSpec("0", { restartPolicy: "Always" }) } }, "restartPolicy"],
  [{ template: { spec: podSpec("0", { restartPolicy: "OnFailure" }) } }, "needs restartPolicy"],
  [{ podReplacementPolicy: "TerminatingOrFailed" }, "needs podReplacementPolicy"],
  [rules({ action: "Count", onExitCodes: { operator: "In", values: [80, 79] } }), "sorted"],
  [rules({ action: "Count", onExitCodes: { operator: "In", values: [79, 79] } }), "unique"],
  [rules({ action: "Count", onExitCodes: { operator: "In", values: [0, 79] } }), "no failure"],
  [rules({ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }), "status"],
  [
    rules({ action: "Count", onExitCodes: { containerName: "x", operator: "In", values: [1] } }),
    "no container x",
  ],
] as const)("%j is refused, as an API server does", (more, why) => {
  expect(refusalOf(jobSpec("0"))).toBeUndefined();
  expect(refusalOf(jobSpec("0", more))).toContain(why);
});

function rules(rule: PodFailureRule): Pick<JobSpec, "podFailurePolicy"> {
  return { podFailurePolicy: { rules: [rule] } };
}
