/** The exit codes and answers of the commands that look and settle, from real processes. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

test("baseline, verify, repair, status and plan answer with their exit codes", async () => {
  const { dir, write } = await project({ files: { "migrations/1_a.sql": "select 1" } });
  const run = (...args: string[]) => runCli(args, { cwd: dir, url: db.url });
  const reason = ["--yes", "--by", "ada", "--reason", "a test"];

  const baselined = await run("baseline", "1", ...reason);
  expect([baselined.code, baselined.stderr]).toEqual([0, ""]);
  expect((await run("verify")).code).toBe(0);

  await write("migrations/1_a.sql", "select 1 -- edited");
  await write("migrations/2_b.sql", "create table b (id int);\nvacuum b;\n");
  const verified = await run("verify", "--json");
  expect(verified.code).toBe(65);
  expect(verified.json()).toMatchObject({ problems: [{ kind: "edited", migration: "1_a" }] });
  const planned = await run("plan", "--json");
  expect(planned.code).toBe(65);
  expect(planned.json()).toMatchObject({ refused: [{ id: "1_a" }, { id: "2_b" }] });

  expect((await run("repair", "1", ...reason)).code).toBe(0);
  expect((await run("resolve", "1", "--applied", ...reason)).code).toBe(65);
  expect((await run("split", "migrations/2_b.sql", "--write")).code).toBe(0);
  expect((await run("up")).code).toBe(0);
  const found = await run("status", "--json");
  expect(found.code).toBe(0);
  expect(found.json()).toMatchObject({
    current: "3",
    applied: [{ id: "1_a", origin: "baseline" }, { id: "2_b_part_1" }, { id: "3_b_part_2" }],
    pending: [],
    problems: [],
  });
});
