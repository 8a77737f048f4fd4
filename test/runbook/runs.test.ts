/** `runs` and `explain` of real runs: one that failed, one that was killed, one that mended it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ExplainedRun } from "../../src/runbook/explain.ts";
import type { RunsResult } from "../../src/runbook/runs.ts";
import { runCli, startCli } from "../support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

test("a failed run is explained with its place, its blockers' words and whether it is over", async () => {
  const app = await project({
    files: {
      "migrations/1_a.sql": "create table a (id int);\ninsert into a values (null), (1), (1);",
      "migrations/2_u.sql": "select 1;\ncreate unique index a_id on a (id);",
    },
  });
  const cwd = app.dir;
  const at = { cwd, url: db.url };
  expect(await runCli(["up"], at)).toMatchObject({ code: 79 });

  const { runs } = (await runCli(["runs", "--json"], at)).json() as RunsResult;
  expect(runs).toMatchObject([
    {
      outcome: "failed",
      failureClass: "data.unique",
      sqlstate: "23505",
      applied: ["1_a"],
      killed: false,
    },
  ]);
  const id = runs[0]!.id;
  const explained = (
    await runCli(["explain", id.slice(0, 6), "--json"], at)
  ).json() as ExplainedRun;
  expect(explained).toMatchObject({
    run: { id },
    entry: { id: "data.unique", exitCode: 79 },
    failure: { migration: "2_u", location: { line: 2, column: 1 }, server: { sqlstate: "23505" } },
    overSince: null,
    unfinished: [],
  });
  const text = await runCli(["explain", "last"], at);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toContain("migrations/2_u.sql:2:1");
  expect(text.stdout).toContain("It applied 1 migration: 1_a.");
  expect(text.stdout).toContain("What to do:");
  expect(text.stdout).not.toContain("It is over");

  await db.admin.query("delete from a where id = 1");
  await runCli(["up"], at);
  expect((await runCli(["explain", id.slice(0, 8)], at)).stdout).toContain(
    "It is over: a later run",
  );
  const table = (await runCli(["runs"], at)).stdout.split("\n");
  expect(table[1]).toMatch(/^[0-9a-f]{8} .* applied +up 2_u/);
  expect(table[2]).toMatch(/^[0-9a-f]{8} .* failed, data\.unique +up 1_a/);
  expect((await runCli(["runs", "--failed"], at)).stdout).not.toContain("up 2_u");
  expect((await runCli(["runs", "--since", "1ms"], at)).stdout).toContain("No such run");
});

test("a run that did not get its locks is explained with the statement and who was in its way", async () => {
  const app = await project({
    files: {
      "migrations/1_a.sql": "create table a (id int);",
      "migrations/2_b.sql": "select 1;\nalter table a add column n int;",
    },
  });
  const at = { cwd: app.dir, url: db.url };
  await runCli(["up", "--to", "1"], at);
  const blocker = await connect(db.url, "nightly report");
  await blocker.query("begin; select from a");
  expect(await runCli(["up", "--budget", "500ms"], at)).toMatchObject({ code: 75 });
  const { stdout } = await runCli(["explain", "last"], at);
  await blocker.end();
  expect(stdout).toContain("migrations/2_b.sql:2:1");
  expect(stdout).toContain("alter table a add column n int");
  expect(stdout).toMatch(
    /Blocked by pid \d+ \(nightly report, .* idle in transaction, holds a lock on a\)/,
  );
});

test("a run that was killed is shown as one, and what it left half done", async () => {
  const app = await project({
    files: {
      "migrations/1_a.sql": "create table a (id int);",
      "migrations/2_i.sql": "create index concurrently a_id on a (id);",
    },
  });
  const at = { cwd: app.dir, url: db.url };
  await runCli(["up", "--to", "1"], at);
  const blocker = await connect(db.url, "test blocker");
  await blocker.query("begin; insert into a values (1)");
  const up = startCli(["up"], at);
  await waitUntil(async () => (await db.admin.query("select from lockstep.journal")).length > 0, {
    what: "the step to begin",
  });
  const running = (await runCli(["runs", "--json"], at)).json() as RunsResult;
  expect(running.runs[0]).toMatchObject({ outcome: "running", killed: false });
  up.kill("SIGKILL");
  await up.done;
  await blocker.query("rollback");
  await blocker.end();
  await waitUntil(
    async () =>
      (await db.admin.query("select from pg_locks where locktype = 'advisory'")).length === 0,
    { what: "the lock to be free" },
  );
  const { runs } = (await runCli(["runs", "--json"], at)).json() as RunsResult;
  expect(runs[0]).toMatchObject({ outcome: "running", killed: true });
  const text = (await runCli(["explain", "last"], at)).stdout;
  expect(text).toContain("It was killed");
  expect(text).toContain("2_i, statement 1 (create-index-concurrently): begun");
  await runCli(["up"], at);
});

test("a class, a SQLSTATE and an exit code need no database; what is unknown is said", async () => {
  const { dir: cwd } = await project();
  const explain = (word: string) => runCli(["explain", word], { cwd });
  expect((await explain("ddl.lock_timeout")).stdout).toContain("pg_blocking_pids");
  expect((await explain("55p03")).stdout).toContain("SQLSTATE 55P03 belongs to 3 classes");
  expect((await explain("82")).stdout).toContain("gate.timeout");
  expect(await explain("ddl.lock_timeot")).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("Did you mean `ddl.lock_timeout`?"),
  });
  const missing = await runCli(["explain", "abcdef01"], { cwd, url: db.url });
  expect(missing).toMatchObject({ code: 64, stderr: expect.stringContaining("abcdef01") });
});
