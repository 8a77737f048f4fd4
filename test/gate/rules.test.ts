/** What is asked of the gate beside the usual, against real histories. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSchemaReadiness } from "../../src/index.ts";
import { runCli, type CliResult } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const OLD = { "old/1_a.sql": "create table a (id int, was int);" };
const NEW = {
  "new/1_a.sql": OLD["old/1_a.sql"],
  "new/2_code.sql": "create table b (id int);",
  "new/3_drop.sql": "-- lockstep:phase contract\nalter table a drop column was;",
};

let db: TestDatabase;
let cwd: string;
const lockstep = (...args: string[]): Promise<CliResult> => runCli(args, { cwd, url: db.url });
const look = (...args: string[]): Promise<CliResult> => lockstep("gate", "--timeout", "0", ...args);

beforeEach(async () => {
  db = await freshDatabase();
  cwd = (await project({ files: { ...OLD, ...NEW } })).dir;
});

afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

test("nobody waits for a contract migration, and behind it an old build is refused at once", async () => {
  expect(await lockstep("up", "--dir", "new", "--phase", "expand")).toMatchObject({ code: 0 });
  expect(await look("--dir", "new")).toMatchObject({
    code: 0,
    stdout: "Ready: version 2; 1 contract migration not waited for.\n",
  });
  const all = await look("--dir", "new", "--require-contract");
  expect(all).toMatchObject({ code: 82, stdout: expect.stringContaining("3_drop is not applied") });
  expect(await look("--dir", "old")).toMatchObject({
    code: 0,
    stdout: "Ready: version 2; the database is ahead by 1 version.\n",
  });

  const old = createSchemaReadiness(db.url, { dir: "old", cwd, readyMs: 1000 });
  expect(await old.check()).toMatchObject({ ready: true });
  const forced = ["up", "--dir", "new", "--force", "--reason", "test"];
  expect(await lockstep(...forced)).toMatchObject({ code: 0 });
  const refused = await lockstep("gate", "--dir", "old");
  expect(refused).toMatchObject({ code: 65, stderr: expect.stringContaining("gate.too_old") });
  expect(refused.stderr).toContain("contract migration 3 is applied");
  await waitUntil(async () => (await old.check()).tooOld !== undefined, {
    what: "the old instance to notice",
  });
  await old.close();
  expect(await look("--dir", "new")).toMatchObject({ code: 0, stdout: "Ready: version 3.\n" });
});

test("--max-ahead, --require and --require-folder", async () => {
  await lockstep("up", "--dir", "new", "--to", "1");
  expect(await look("--dir", "new", "--require", "1")).toMatchObject({ code: 0 });
  expect(await look("--dir", "new", "--require", "2")).toMatchObject({ code: 82 });
  expect(await look("--dir", "new", "--require-folder", "old")).toMatchObject({ code: 0 });
  await lockstep("up", "--dir", "new", "--phase", "expand");
  expect(await look("--dir", "old", "--max-ahead", "1")).toMatchObject({ code: 0 });
  const ahead = await look("--dir", "old", "--max-ahead", "0");
  expect(ahead).toMatchObject({ code: 65, stderr: expect.stringContaining("1 version ahead") });
});

test("an edited file keeps it shut, with a word, until it is repaired", async () => {
  await lockstep("up", "--dir", "old");
  const edited = await project({ files: { "old/1_a.sql": "create table a (id int, was text);" } });
  cwd = edited.dir;
  const shut = await look("--dir", "old");
  expect(shut).toMatchObject({ code: 82, stderr: expect.stringContaining("other than in this") });
  expect(await lockstep("repair", "1", "--dir", "old", "--reason", "test", "--yes")).toMatchObject({
    code: 0,
  });
  expect(await look("--dir", "old")).toMatchObject({ code: 0 });
});
