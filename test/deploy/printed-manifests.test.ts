/**
 * What `lockstep manifests` prints, run as a cluster would run it: the printed YAML decides what is
 * tried again, what ends the Job, and when the application starts.
 */
import { describe, expect, test } from "vitest";

import {
  expectSettled,
  LEDGER,
  ledger,
  mark,
  openGate,
  WAIT_AT_GATE,
  waitForStatement,
} from "../chaos/support.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import type { Node } from "../support/kubelet/pod.ts";
import { printedCluster, SERVER } from "../support/kubelet/printed.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

async function image(db: TestDatabase, files: Readonly<Record<string, string>>) {
  await db.admin.query(LEDGER);
  const app = await project({
    files: { ...files, "server.mjs": SERVER },
    config: { kubernetes: { gateTimeout: "1s" } },
  });
  const url = { url: db.url };
  const node: Node = {
    dir: app.dir,
    backOffSecondMs: 10,
    secrets: { "shop-migrator": url, "shop-gate": url },
  };
  return { app, ...printedCluster(node) };
}

describe("the printed Job and the printed gate", () => {
  test("apply first, then start the pods", async () => {
    await using db = await freshDatabase();
    const { job, pods } = await image(db, { "migrations/1_one.sql": mark("1") });
    const waiting = await pods("gate");
    expect(waiting.available()).toBe(0);
    const result = await (await job()).done;
    expect(result).toMatchObject({ condition: "Complete", failed: 0 });
    const said = JSON.parse(result.pods[0]!.containers[0]!.message ?? "") as object;
    expect(said).toMatchObject({ outcome: "applied", exitCode: 0, applied: { count: 1 } });
    await waiting.rolledOut();
    await waiting.remove();
    expect(await ledger(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });

  test("stop the roll-out at the first failure, which the pod's last words name", async () => {
    await using db = await freshDatabase();
    const { app, job, pods } = await image(db, {
      "migrations/1_wrong.sql": `${mark("1")}\nselect nothing from ledger;`,
    });
    const result = await (await job()).done;
    expect(result).toMatchObject({ condition: "Failed", reason: "PodFailurePolicy", failed: 0 });
    const { exitCode, message = "" } = result.pods[0]!.containers[0]!;
    expect([exitCode, JSON.parse(message)]).toMatchObject([
      79,
      { failureClass: "object.missing", migration: "1_wrong", at: "migrations/1_wrong.sql:2" },
    ]);
    const waiting = await pods("gate");
    await waitUntil(
      () => waiting.pods.every(({ status }) => status.initContainers[0]!.runs.length > 0),
      { deadlineMs: 30_000, what: "every gate to end" },
    );
    const gates = waiting.pods.map(({ status }) => status.initContainers[0]!);
    expect(new Set(gates.map(({ exitCode }) => exitCode))).toEqual(new Set([82]));
    expect(gates[0]!.message).toContain("1_wrong");
    expect(waiting.available()).toBe(0);

    await app.write("migrations/1_wrong.sql", mark("1"));
    expect(await (await job()).done).toMatchObject({ condition: "Complete" });
    await waiting.rolledOut();
    await waiting.remove();
    await expectSettled(db);
  });

  test("leave last words that are not cut off, however much the server says", async () => {
    await using db = await freshDatabase();
    const { job } = await image(db, {
      "migrations/1_wordy.sql": `do $$ begin raise exception '%', pg_catalog.repeat('ä', 20000); end $$;`,
    });
    const { pods } = await (await job()).done;
    const { message = "" } = pods[0]!.containers[0]!;
    expect(JSON.parse(message)).toMatchObject({ failureClass: "guard.raise", exitCode: 79 });
  });

  test("replace a pod that was evicted, without counting it", async () => {
    await using db = await freshDatabase();
    const { job } = await image(db, { "migrations/1_slow.sql": `${mark("1")}\n${WAIT_AT_GATE}` });
    const running = await job();
    await waitForStatement(db.admin, /pg_sleep/);
    await openGate(db.admin);
    (await running.pod(0)).evict();
    const result = await running.done;
    expect(result).toMatchObject({ condition: "Complete", failed: 0 });
    const [first] = result.pods.map(({ containers }) => containers[0]!);
    expect([first!.exitCode, JSON.parse(first!.message ?? "")]).toMatchObject([
      143,
      { outcome: "interrupted", exitCode: 143 },
    ]);
    expect(await ledger(db.admin)).toEqual(["1"]);
    await expectSettled(db);
  });
});

test("the printed init container applies once, whichever pod is first", async () => {
  await using db = await freshDatabase();
  const { pods } = await image(db, {
    "migrations/1_one.sql": mark("1"),
    "migrations/2_two.sql": mark("2"),
  });
  const app = await pods("init-container");
  await app.rolledOut(60_000);
  expect(await ledger(db.admin)).toEqual(["1", "2"]);
  expect(app.pods.map(({ status }) => status.initContainers[0]!.exitCode)).toEqual([0, 0, 0]);
  await app.remove();
  await expectSettled(db);
});
