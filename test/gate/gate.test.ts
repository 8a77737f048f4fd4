/** `lockstep gate` as pods start it: real processes, a real server. */
import { expect, test } from "vitest";
import { runCli, startCli } from "../support/cli.ts";
import { connect, expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";

const FILES = {
  "migrations/1_a.sql": "create table a (id int);",
  "migrations/2_b.sql": "create table b (id int);",
};

test("passes when everything is applied, and says so", async () => {
  await using db = await freshDatabase();
  const { dir: cwd } = await project({ files: FILES });
  const look = await runCli(["gate", "--timeout", "0"], { cwd, url: db.url });
  expect(look).toMatchObject({ code: 82, stdout: expect.stringContaining("nothing was ever") });
  expect(look.stderr).toContain("gate.timeout");

  expect(await runCli(["up"], { cwd, url: db.url })).toMatchObject({ code: 0 });
  const passed = await runCli(["gate"], { cwd, url: db.url });
  expect(passed).toMatchObject({ code: 0, stderr: "", stdout: "Ready: version 2.\n" });
  const json = await runCli(["gate", "--json"], { cwd, url: db.url });
  expect(json.json()).toMatchObject({ ready: true, current: "2", missing: [] });
  await expectNoLeftovers(db);
});

test("waits, names what is missing and who is at work, and goes on when the run has ended", async () => {
  await using db = await freshDatabase();
  const { dir: cwd } = await project({
    files: { ...FILES, "migrations/3_i.sql": "create index concurrently a_id on a (id);" },
  });
  await runCli(["up", "--to", "2"], { cwd, url: db.url });
  const blocker = await connect(db.url, "test blocker");
  await blocker.query("begin; insert into a values (1)");
  const up = startCli(["up"], { cwd, url: db.url });
  const gate = startCli(["gate"], { cwd, url: db.url });
  await gate.waitForOutput(/waiting: 3_i is not applied/);
  await gate.waitForOutput(
    /Run [0-9a-f]{8} on .* is under way for \d+ s, 0 applied so far, at 3_i, statement 1/,
  );
  await blocker.query("commit");
  await blocker.end();
  expect(await up.done).toMatchObject({ code: 0 });
  expect(await gate.done).toMatchObject({ code: 0 });
  await expectNoLeftovers(db);
});

test("SIGTERM ends the wait at once", async () => {
  await using db = await freshDatabase();
  const { dir: cwd } = await project({ files: FILES });
  const gate = startCli(["gate"], { cwd, url: db.url });
  await gate.waitForOutput(/waiting: nothing was ever applied/);
  gate.kill("SIGTERM");
  expect(await gate.done).toMatchObject({ code: 143 });
  await expectNoLeftovers(db);
});

test("--log json has a line for each state, and nothing else", async () => {
  await using db = await freshDatabase();
  const { dir: cwd } = await project({ files: FILES });
  const gate = startCli(["gate", "--log", "json"], { cwd, url: db.url });
  await gate.waitForOutput(/gate-waiting/);
  await runCli(["up"], { cwd, url: db.url });
  const { stdout, code } = await gate.done;
  const lines = stdout.trimEnd().split("\n");
  const logs = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(code).toBe(0);
  expect(logs[0]).toMatchObject({
    level: "info",
    event: "gate-waiting",
    msg: "waiting: nothing was ever applied, there is no history",
    missing: ["1_a", "2_b"],
  });
  expect(logs.at(-1)).toMatchObject({ event: "gate-ready", msg: "Ready: version 2.", ready: true });
});
