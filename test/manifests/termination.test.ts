/** What real runs leave for kubelet: at their end, however they end, and nothing when they are killed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TerminationMessage } from "../../src/telemetry/termination-message.ts";
import { runCli, startCli } from "../support/cli.ts";
import { connect, expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";

async function prepare(files: Readonly<Record<string, string>>) {
  const { dir: cwd, write } = await project({ files });
  const file = join(cwd, "termination-log");
  // As kubelet makes it: it is there, and it is one file that is mounted.
  await write("termination-log", "");
  const read = (): Promise<string> => readFile(file, "utf8");
  return {
    cwd,
    env: { LOCKSTEP_TERMINATION_LOG: file },
    read,
    message: async () => JSON.parse(await read()) as TerminationMessage,
  };
}

test("a run that applies, and one with nothing to do", async () => {
  await using db = await freshDatabase();
  const { cwd, env, message } = await prepare({
    "migrations/1_a.sql": "create table a (id int);",
    "migrations/2_b.sql": "create table b (id int);",
  });
  const run = await runCli(["up"], { cwd, env, url: db.url });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  const said = await message();
  expect(said).toMatchObject({
    outcome: "applied",
    exitCode: 0,
    command: "up",
    applied: { count: 2, last: "2_b" },
    remaining: 0,
    runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(said).not.toHaveProperty("failureClass");
  expect(said.durationMs).toBeGreaterThan(0);
  const [recorded] = await db.admin.query("select id::text from lockstep.runs");
  expect(said.runId).toBe(recorded!["id"]);

  await runCli(["up"], { cwd, env, url: db.url });
  expect(await message()).toMatchObject({
    outcome: "nothing-to-do",
    exitCode: 0,
    applied: { count: 0 },
  });
  await expectNoLeftovers(db);
});

test("a failing migration: class, state, what to do, and the line", async () => {
  await using db = await freshDatabase();
  const { cwd, env, message } = await prepare({
    "migrations/1_a.sql": "create table a (id int);",
    "migrations/2_b.sql": "create table b (id int);\n\ninsert into b values (1 / 0);\n",
  });
  expect(await runCli(["up"], { cwd, env, url: db.url })).toMatchObject({ code: 79 });
  expect(await message()).toMatchObject({
    outcome: "failed",
    exitCode: 79,
    migration: "2_b",
    at: expect.stringMatching(/migrations\/2_b\.sql:3$/),
    sqlstate: "22012",
    applied: { count: 1, last: "1_a" },
    remaining: 1,
    what: expect.stringContaining("division by zero"),
    state: expect.stringMatching(/./),
    action: expect.stringMatching(/./),
  });
  await expectNoLeftovers(db);
});

test("a failure before the first statement, and one before there is a connection", async () => {
  await using db = await freshDatabase();
  const { cwd, env, message } = await prepare({ "migrations/1_a.sql": "create tabel a (id int);" });
  const run = await runCli(["up"], { cwd, env, url: db.url });
  expect(run.code).toBeGreaterThan(0);
  expect(await message()).toMatchObject({ exitCode: run.code, at: expect.stringMatching(/:1$/) });

  const wrong = db.url.replace(db.name, "no_such_database");
  expect(await runCli(["up"], { cwd, env, url: wrong })).toMatchObject({ code: 78 });
  expect(await message()).toMatchObject({ exitCode: 78, failureClass: "auth.no_database" });
  await expectNoLeftovers(db);
});

test("SIGTERM in a statement that waits: 143, and who is in the way", async () => {
  await using db = await freshDatabase();
  const { cwd, env, message } = await prepare({
    "migrations/1_a.sql": "create table a (id int);",
    "migrations/2_b.sql": "alter table a add column x int;",
  });
  await runCli(["up", "--to", "1"], { cwd, env, url: db.url });
  const blocker = await connect(db.url, "test blocker");
  await blocker.query("begin; insert into a values (1)");
  const up = startCli(["up", "--json"], { cwd, env, url: db.url });
  await up.waitForOutput(/"event":"blocked"/);
  up.kill("SIGTERM");
  expect(await up.done).toMatchObject({ code: 143 });
  expect(await message()).toMatchObject({
    outcome: "interrupted",
    exitCode: 143,
    failureClass: "terminated",
    applied: { count: 0 },
    blockers: [expect.objectContaining({ pid: expect.any(Number), application: "test blocker" })],
  });
  await blocker.end();
  await expectNoLeftovers(db);
});

test("a run that is killed leaves nothing, so that kubelet takes the end of the log", async () => {
  await using db = await freshDatabase();
  const { cwd, env, read } = await prepare({ "migrations/1_a.sql": "select pg_sleep(60);" });
  const up = startCli(["up", "--json"], { cwd, env, url: db.url });
  await up.waitForOutput(/"event":"migration-started"/);
  up.kill("SIGKILL");
  expect(await up.done).toMatchObject({ signal: "SIGKILL" });
  expect(await read()).toBe("");
  await db.admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  await expectNoLeftovers(db);
});

test("a failure with a text of megabytes stays within 4096 bytes, parses, and has no secret", async () => {
  await using db = await freshDatabase();
  const { cwd, env, read } = await prepare({
    "migrations/1_a.sql": `do $$ begin
  raise exception 'postgres://u:hunter2@h/d password=hunter2 % %', repeat('é😀', 200000), repeat('"', 5000);
end $$;`,
  });
  const run = await runCli(["up"], { cwd, env, url: db.url });
  expect(run.code).toBe(79);
  const text = await read();
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
  expect(JSON.parse(text)).toMatchObject({ exitCode: 79, what: expect.stringMatching(/…$/) });
  expect(text).not.toContain("hunter2");
  await expectNoLeftovers(db);
});

test("a place that cannot be written to is a warning, and the run ends as it ends", async () => {
  await using db = await freshDatabase();
  const { cwd } = await prepare({ "migrations/1_a.sql": "create table a (id int);" });
  const env = { LOCKSTEP_TERMINATION_LOG: "/nowhere/log" };
  const run = await runCli(["up"], { cwd, env, url: db.url });
  expect(run).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("warning: termination message"),
  });
  await expectNoLeftovers(db);
});
