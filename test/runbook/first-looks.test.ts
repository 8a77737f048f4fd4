/** Every statement that the runbook shows runs, on the version under test, and changes nothing. */
import { expect, test } from "vitest";
import { ALL_CLASSES } from "../../src/runbook/entry.ts";
import { firstLooks } from "../../src/runbook/first-looks.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runCli } from "../support/cli.ts";
import { connect, freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";

const RUNS = [...new Set(ALL_CLASSES.flatMap((id) => firstLooks(id).map(({ run }) => run)))];
const SQL = RUNS.filter((run) => !run.startsWith("lockstep "));

test("every class has a first look, and every command of them exists", () => {
  const commands = RUNS.filter((run) => run.startsWith("lockstep "));
  expect(SQL.length).toBeGreaterThan(5);
  expect(commands.length).toBeGreaterThan(3);
  const known = new Set(COMMANDS.map(({ name }) => name));
  expect(commands.filter((run) => !known.has(run.split(" ")[1] ?? ""))).toEqual([]);
});

test("every statement runs in a read-only transaction", async () => {
  await using db = await freshDatabase();
  const { dir: cwd } = await project({
    files: { "migrations/1_a.sql": "create table a (id int)" },
  });
  await runCli(["up"], { cwd, url: db.url });
  const client = await connect(db.url, "test reader");
  for (const sql of SQL) {
    await client.query("begin read only");
    await client.query(sql);
    await client.query("commit");
  }
  await client.end();
});
