/** The server goes down while a run is watched: the watch waits for it, and sees the run's end. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { runSql } from "../../src/postgres/admin.ts";
import { startServer, type SandboxServer } from "../../src/sandbox/server.ts";
import { startCli, runCli } from "../support/cli.ts";
import { connect } from "../support/database.ts";
import { searchPathSql } from "../support/elsewhere.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";

let server: SandboxServer;
beforeAll(async () => {
  server = await startServer({ version: testedVersion() });
});
afterAll(() => server.close());

test("a restart is waited for, and the run that survives it is followed to its end", async () => {
  await runSql(server.url(), "create database restarted");
  const url = server.url("restarted");
  for (const sql of searchPathSql("restarted")) await runSql(url, sql);
  const { dir: cwd } = await project({
    files: {
      "migrations/1_orders.sql":
        "create table orders as select i as id from pg_catalog.generate_series(1, 1000) i;",
      "migrations/2_index.sql": "create index concurrently orders_id on orders (id);",
    },
  });
  await runCli(["up", "--to", "1"], { cwd, url });
  const writer = await connect(url, "test writer");
  // The restart ends it, which is what it is there for.
  writer.on("error", () => undefined);
  await writer.query("begin; insert into orders values (0)");
  const up = startCli(["up"], { cwd, url });
  const watch = startCli(["watch", "--wait"], { cwd, url });
  await watch.waitForOutput(/waiting for writers before build/);
  await server.restart("immediate");
  await watch.waitForOutput(/the server is away, trying again/);
  expect(await up.done).toMatchObject({ code: 0 });
  const done = await watch.done;
  expect(done).toMatchObject({ code: 0, stderr: "" });
  expect(done.stdout).toMatch(/done 2_index/);
  expect(done.stdout).toMatch(/Run [0-9a-f]{8} ended well, 1 migration applied/);
});
