/** `--log json` of the real command. */
import { expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";

test("every line of stdout is an object, for a failing run as well", async () => {
  await using db = await freshDatabase();
  const app = await project({
    files: {
      "migrations/1_a.sql": "create table a (id int);",
      "migrations/2_b.sql": "select 1 / 0;",
    },
  });
  const run = await runCli(["up", "--log", "json"], { cwd: app.dir, url: db.url });
  expect(run.code).toBe(79);
  const lines = run.stdout.trimEnd().split("\n");
  const logs = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const log of logs) {
    expect(Object.keys(log).slice(0, 5)).toEqual(["time", "level", "msg", "event", "run_id"]);
  }
  expect(logs.at(-1)).toMatchObject({
    level: "error",
    event: "run-finished",
    current: "1",
    failure: { exitCode: 79, server: { sqlstate: "22012" } },
  });
  // People who look at the job still find the failure where it always is.
  expect(run.stderr).toContain("division by zero");
});

test("the variable asks for it too, a failure outside of a run is logged, and --json wins", async () => {
  const app = await project({ files: { "migrations/1_a.sql": "select 1;" } });
  const env = { LOCKSTEP_LOG: "json" };
  const outside = await runCli(["up"], { cwd: app.dir, env });
  expect(JSON.parse(outside.stdout)).toMatchObject({ level: "error", event: "failure" });
  const both = await runCli(["up", "--json"], { cwd: app.dir, env });
  expect(JSON.parse(both.stdout)).not.toHaveProperty("level");
  const wrong = await runCli(["down"], { cwd: app.dir, env: { LOCKSTEP_LOG: "yaml" } });
  expect(wrong).toMatchObject({ code: 78, stdout: "" });
  expect(wrong.stderr).toContain("LOCKSTEP_LOG");
});
