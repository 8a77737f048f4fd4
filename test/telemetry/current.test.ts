/** The version that a run's last event says, which becomes lockstep_schema_info. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CliResult } from "../support/cli.ts";
import { runCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";

test("`current` is the highest applied version, whatever the run did", async () => {
  await using db = await freshDatabase();
  const app = await project({
    files: {
      "migrations/9_a.up.sql": "create table a (id int);",
      "migrations/9_a.down.sql": "drop table a;",
      "migrations/10_b.up.sql": "create table b (id int);",
      "migrations/10_b.down.sql": "drop table b;",
      "migrations/R__view.sql": "create or replace view v as select 1 as one;",
    },
  });
  const run = async (...args: string[]): Promise<unknown> =>
    currentOf(await runCli([...args, "--json", "--yes"], { cwd: app.dir, url: db.url }));
  expect(await run("up", "--count", "1")).toBe("9");
  expect(await run("up")).toBe("10");
  expect(await run("up")).toBe("10");
  expect(await run("down")).toBe("9");
  expect(await run("up")).toBe("10");
  // An older image: the database is ahead of its files.
  await rm(join(app.dir, "migrations/10_b.up.sql"));
  await rm(join(app.dir, "migrations/10_b.down.sql"));
  expect(await run("up")).toBe("10");
  await app.write("migrations/11_c.up.sql", "select 1 / 0;");
  await app.write("migrations/10_b.up.sql", "create table b (id int);");
  expect(await run("up")).toBe("10");
  await rm(join(app.dir, "migrations/11_c.up.sql"));
  await app.write("migrations/10_b.down.sql", "drop table b;");
  expect(await run("down", "--to", "0")).toBeNull();
});

test("a run that did not come to read the history says none", async () => {
  const app = await project({ files: { "migrations/1_a.sql": "select 1;" } });
  const env = { LOCKSTEP_CONNECT_WAIT: "0ms" };
  const url = "postgres://nobody@127.0.0.1:1/none";
  const run = await runCli(["up", "--json"], { cwd: app.dir, url, env });
  expect(run.events().at(-1)).toMatchObject({ event: "run-finished", outcome: "failed" });
  expect(currentOf(run)).toBeUndefined();
});

function currentOf(run: CliResult): unknown {
  const last = run.events().at(-1);
  expect(last?.event, run.stdout + run.stderr).toBe("run-finished");
  return last?.event === "run-finished" ? last.current : undefined;
}
