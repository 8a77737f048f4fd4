/**
 * Migrations as a cluster runs them: pods boot at once, are evicted, killed, too late or started
 * twice, and each ends with the code that its Job decides by. Each case is repeated, because its
 * outcome must not depend on who was faster.
 */
import { describe, expect, test } from "vitest";

import {
  expectSettled,
  history,
  holder,
  LEDGER,
  ledger,
  mark,
  openGate,
  runLockHolder,
  WAIT_AT_GATE,
  waitForEndOf,
  waitForStatement,
} from "../chaos/support.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { startDeployment, type Deployment } from "../support/kubelet/deployment.ts";
import { startJob, type JobResult } from "../support/kubelet/job.ts";
import type { JobSpec } from "../support/kubelet/manifest.ts";
import type { Node } from "../support/kubelet/pod.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const TIMES = Array.from({ length: 3 }, (_, index) => index + 1);

const UP = {
  name: "migrate",
  command: ["node", "node_modules/.bin/lockstep", "up", "--json"],
  terminationMessagePolicy: "FallbackToLogsOnError",
  env: [
    { name: "LOCKSTEP_URL", valueFrom: { secretKeyRef: { name: "shop-owner", key: "url" } } },
    { name: "LOCKSTEP_TERMINATION_LOG", value: "/dev/termination-log" },
    { name: "LOCKSTEP_LOCK_WAIT", value: "300ms" },
  ],
} as const;

/** Waits for another run instead of leaving it to the next pod. */
const PATIENT = {
  ...UP,
  env: [...UP.env.slice(0, 2), { name: "LOCKSTEP_LOCK_WAIT", value: "30s" }],
};

function job(more: Partial<JobSpec> = {}): JobSpec {
  return {
    parallelism: 1,
    completions: 1,
    backoffLimit: 4,
    activeDeadlineSeconds: 60,
    podReplacementPolicy: "Failed",
    podFailurePolicy: {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        {
          action: "FailJob",
          onExitCodes: {
            containerName: "migrate",
            operator: "In",
            values: [64, 65, 70, 77, 78, 79, 80, 81],
          },
        },
      ],
    },
    template: {
      spec: { restartPolicy: "Never", terminationGracePeriodSeconds: 30, containers: [UP] },
    },
    ...more,
  };
}

/** The application: there until it is told to go. */
const SERVER = `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);`;

type Files = Readonly<Record<string, string>>;

async function cluster(db: TestDatabase, files: Files): Promise<Node> {
  const migrations = Object.entries(files).map(([name, sql]) => [`migrations/${name}`, sql]);
  const { dir } = await project({
    files: { ...Object.fromEntries(migrations), "server.mjs": SERVER },
  });
  return { dir, backOffSecondMs: 10, secrets: { "shop-owner": { url: db.url } } };
}

async function prepared(): Promise<TestDatabase> {
  const db = await freshDatabase();
  await db.admin.query(LEDGER);
  await db.admin.query(
    "create table items as select i as id, 0 as n from pg_catalog.generate_series(1, 500) i",
  );
  return db;
}

const codes = ({ pods }: JobResult): (number | undefined)[] =>
  pods.map(({ containers }) => containers[0]!.exitCode);

/** A build that waits for the writer, after it has left an invalid index in the catalog. */
const INDEX = { "1_index.sql": "create index concurrently items_n on items (n);" };
const WRITER = ["begin", "lock table items in row exclusive mode"];

async function waitForHalfAnIndex(db: TestDatabase): Promise<number> {
  const pid = await waitForStatement(db.admin, /create index concurrently/);
  const invalid = "select from pg_catalog.pg_index where not indisvalid";
  await waitUntil(async () => (await db.admin.query(invalid)).length > 0, {
    deadlineMs: 15_000,
    what: "the index to be there",
  });
  return pid;
}

describe("pods that boot at once", () => {
  test.each(TIMES)("with `up` as their init container: one applies, all start (%i)", async () => {
    await using db = await prepared();
    const node = await cluster(db, {
      "1_one.sql": mark("1"),
      "2_two.sql": `alter table items add column x int;\n${mark("2")}`,
      "3_three.sql": "create index concurrently items_n on items (n);",
    });
    const app = application(node);
    await app.rolledOut(60_000);
    const ends = app.pods.map(({ status }) => status.initContainers[0]!);
    expect(ends.map(({ exitCode, restarts }) => [exitCode, restarts])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(await ledger(db.admin)).toEqual(["1", "2"]);
    expect(await history(db.admin)).toEqual(["1", "2", "3"]);
    const workers = await db.admin.query("select applied from lockstep.runs where applied > 0");
    expect(workers).toEqual([{ applied: 3 }]);
    await app.remove();
    await expectSettled(db);
  });

  test("start again and again as long as the migration fails, and no application starts", async () => {
    await using db = await prepared();
    const node = await cluster(db, { "1_wrong.sql": `${mark("1")}\nselect 1/0;` });
    const app = application(node);
    await waitUntil(() => app.pods.every(({ status }) => status.initContainers[0]!.restarts > 1), {
      deadlineMs: 60_000,
      what: "every init container to start for the third time",
    });
    expect(app.available()).toBe(0);
    const ends = app.pods.flatMap(({ status }) => status.initContainers[0]!.runs);
    expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([79]));
    await app.remove();
    expect(await ledger(db.admin)).toEqual([]);
    await expectSettled(db);
  });
});

function application(node: Node): Deployment {
  return startDeployment(
    "shop",
    {
      replicas: 3,
      template: {
        spec: {
          initContainers: [PATIENT],
          containers: [{ name: "shop", command: ["node", "server.mjs"] }],
        },
      },
    },
    node,
  );
}

describe("a pod that is evicted", () => {
  test.each(TIMES)("in a transaction leaves nothing, and does not count (%i)", async () => {
    await using db = await prepared();
    const node = await cluster(db, {
      "1_slow.sql": `create table half (id int);\n${mark("1")}\n${WAIT_AT_GATE}`,
    });
    const running = startJob("migrate", job({ backoffLimit: 0 }), node);
    await waitForStatement(db.admin, /pg_sleep/);
    // What waits at the gate goes on waiting; its replacement finds it open.
    await openGate(db.admin);
    (await running.pod(0)).evict();
    const result = await running.done;
    expect([result.condition, result.failed]).toEqual(["Complete", 0]);
    expect(codes(result)).toEqual([143, 0]);
    expect(await ledger(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });

  test.each(TIMES)("in an index build is finished by its replacement (%i)", async () => {
    await using db = await prepared();
    const node = await cluster(db, INDEX);
    const writer = await holder(db.url, ...WRITER);
    const running = startJob("migrate", job({ backoffLimit: 0 }), node);
    await waitForHalfAnIndex(db);
    const pod = await running.pod(0);
    pod.evict();
    await pod.ended;
    const journal = await db.admin.query("select from lockstep.journal");
    expect(journal).toHaveLength(1);
    await writer.end();
    const result = await running.done;
    expect([result.condition, result.failed, codes(result)]).toEqual(["Complete", 0, [143, 0]]);
    expect(await history(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });
});

describe("a pod that is killed", () => {
  test.each(TIMES)("in an index build counts, and its replacement cleans up (%i)", async () => {
    await using db = await prepared();
    const node = await cluster(db, INDEX);
    const writer = await holder(db.url, ...WRITER);
    const running = startJob("migrate", job(), node);
    const backend = await waitForHalfAnIndex(db);
    const pod = await running.pod(0);
    pod.oomKill();
    await pod.ended;
    // Its backend is an orphan for a moment; a replacement that is faster waits, or ends with 75.
    await waitForEndOf(db.admin, backend);
    await writer.end();
    const result = await running.done;
    expect(result.condition).toBe("Complete");
    const [first, ...others] = codes(result);
    expect(first).toBe(137);
    expect(others.at(-1)).toBe(0);
    expect(others.slice(0, -1).every((code) => code === 75)).toBe(true);
    expect(result.failed).toBe(others.length);
    expect(await history(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });

  test("because it does not hear SIGTERM has 137, and its work is undone", async () => {
    await using db = await prepared();
    const node = await cluster(db, { "1_slow.sql": `${mark("1")}\n${WAIT_AT_GATE}` });
    const { template } = job();
    const spec = { ...template.spec, terminationGracePeriodSeconds: 1 };
    const running = startJob("migrate", job({ template: { spec } }), node);
    const backend = await waitForStatement(db.admin, /pg_sleep/);
    const pod = await running.pod(0);
    // A stopped process, as on a node that swaps.
    pod.process()!.kill("SIGSTOP");
    await openGate(db.admin);
    pod.evict();
    await pod.ended;
    await waitForEndOf(db.admin, backend);
    const result = await running.done;
    expect(result.condition).toBe("Complete");
    expect(codes(result)[0]).toBe(137);
    expect(await ledger(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });
});

test.each(TIMES)(
  "a Job over its deadline ends its pod with 143 and leaves nothing (%i)",
  async () => {
    await using db = await prepared();
    const node = await cluster(db, { "1_slow.sql": `${mark("1")}\n${WAIT_AT_GATE}` });
    const running = startJob("migrate", job({ activeDeadlineSeconds: 2 }), node);
    const result = await running.done;
    expect(result).toMatchObject({ condition: "Failed", reason: "DeadlineExceeded" });
    expect(codes(result)).toEqual([143]);
    expect(await ledger(db.admin)).toEqual([]);
    await openGate(db.admin);
    const next = await startJob("migrate-again", job(), node).done;
    expect([next.condition, codes(next)]).toEqual(["Complete", [0]]);
    await expectSettled(db);
  },
);

describe("a Job fails at once, without trying again", () => {
  test.each([
    { why: "a statement fails", code: 79, files: { "1_a.sql": "select 1/0;" } },
    {
      why: "a part of a file stays",
      code: 80,
      files: {
        "1_a.sql": `-- lockstep:transaction none\n${mark("1")}\nselect 1/0;`,
      },
    },
    {
      why: "a file is refused",
      code: 65,
      files: { "1_a.sql": `${mark("1")}\ncreate index concurrently items_n on items (n);` },
    },
    { why: "two files have one version", code: 65, files: { "1_a.sql": "", "1_b.sql": "" } },
    {
      why: "a role is missing",
      code: 78,
      files: { "1_a.sql": "grant select on items to nobody_here;" },
    },
  ])("when $why: $code", async ({ code, files }) => {
    await using db = await prepared();
    const node = await cluster(db, files);
    const result = await startJob("migrate", job(), node).done;
    expect(result).toMatchObject({ condition: "Failed", reason: "PodFailurePolicy", failed: 0 });
    expect(codes(result)).toEqual([code]);
  });

  test("when the login is refused: 77", async () => {
    await using db = await prepared();
    const node = await cluster(db, { "1_a.sql": mark("1") });
    const url = new URL(db.url);
    url.username = "nobody_here";
    const secrets = { "shop-owner": { url: url.href } };
    const result = await startJob("migrate", job(), { ...node, secrets }).done;
    expect(codes(result)).toEqual([77]);
  });
});

describe("a Job whose lock another run holds", () => {
  const files = { "1_slow.sql": `${mark("1")}\n${WAIT_AT_GATE}` };

  test.each(TIMES)("ends its pods with 75, each counts, and the next one works (%i)", async () => {
    await using db = await prepared();
    const node = await cluster(db, files);
    const other = startJob("other", job(), node);
    await waitForStatement(db.admin, /pg_sleep/);
    const running = startJob("migrate", job(), node);
    await (
      await running.pod(0)
    ).ended;
    await openGate(db.admin);
    (await other.pod(0)).evict();
    const result = await running.done;
    expect(result.condition).toBe("Complete");
    const [first, ...others] = codes(result);
    expect(first).toBe(75);
    expect(others.at(-1)).toBe(0);
    expect((await other.done).condition).toBe("Complete");
    expect(await ledger(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });

  test("has failed when its retries are used up", async () => {
    await using db = await prepared();
    const node = await cluster(db, files);
    const other = startJob("other", job(), node);
    await waitForStatement(db.admin, /pg_sleep/);
    const before = await runLockHolder(db.admin);
    const result = await startJob("migrate", job({ backoffLimit: 1 }), node).done;
    expect(result).toMatchObject({ reason: "BackoffLimitExceeded", failed: 2 });
    expect(codes(result)).toEqual([75, 75]);
    expect(await runLockHolder(db.admin)).toBe(before);
    await openGate(db.admin);
    (await other.pod(0)).evict();
    await other.done;
    await expectSettled(db);
  });
});

test.each(TIMES)("a Job whose program is started twice works once (%i)", async () => {
  await using db = await prepared();
  const node = await cluster(db, {
    "1_one.sql": mark("1"),
    "2_index.sql": "create index concurrently items_n on items (n);",
    "3_three.sql": mark("3"),
  });
  const { template } = job();
  const spec = { ...template.spec, containers: [PATIENT] };
  const running = startJob("migrate", job({ template: { spec } }), node);
  const twin = await running.startTwin().ended;
  const result = await running.done;
  expect([twin.containers[0]!.exitCode, codes(result)]).toEqual([0, [0]]);
  expect(await ledger(db.admin)).toEqual(["1", "3"]);
  const workers = await db.admin.query("select applied from lockstep.runs where applied > 0");
  expect(workers).toEqual([{ applied: 3 }]);
  await expectSettled(db);
});
