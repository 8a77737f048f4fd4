/** `lockstep lint --pending`: what a database has not applied, for the version that it has. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { lintProject, placesOf } from "../support/lint.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

test("only what is pending is reported, with the applied files as history", async () => {
  const { dir, report, write, lint } = await lintProject({
    files: {
      "migrations/1_t.sql": "create table t (a int);\n",
      "migrations/2_i.sql": "create index on t (a);\n",
    },
    config: { lint: { pgVersion: 15 } },
  });
  expect((await runCli(["up"], { cwd: dir, url: db.url })).code).toBe(0);
  const nothing = await report(["--pending"], { url: db.url });
  expect(nothing.summary).toMatchObject({ files: 0, errors: 0 });
  await write("migrations/3_more.sql", "create index on t (a);\n");
  const found = await report(["--pending"], { url: db.url });
  expect(placesOf(found, "index-not-concurrent")).toEqual([
    "index-not-concurrent migrations/3_more.sql:1:1",
  ]);
  expect(placesOf(found, "duplicate-index")).toHaveLength(1);

  const [server] = await db.admin.query(
    "select current_setting('server_version_num')::int / 10000 as v",
  );
  expect(found.summary["version"]).toBe(server?.["v"]);
  const asked = await report(["--pending", "--pg-version", "16"], { url: db.url });
  expect(asked.summary["version"]).toBe(16);
  expect((await lint(["--pending"])).code).toBe(78);
});
