/** The gate for a role that may only read the history, through a pooler, and beside a killed run. */
import { expect, test } from "vitest";
import { grants } from "../../src/runner/grants.ts";
import { runSql } from "../../src/postgres/admin.ts";
import { runCli, startCli } from "../support/cli.ts";
import { connect, expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { sharedUrl } from "../support/postgres.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const FILES = {
  "migrations/1_a.sql": "create table a (id int);",
  "migrations/2_i.sql": "create index concurrently a_id on a (id);",
};

test("SELECT on the history is enough; without it the gate ends at once and says so", async () => {
  await using db = await freshDatabase();
  const role = `pod_${db.name}`;
  await runSql(sharedUrl(), `create role "${role}" login`);
  try {
    const { dir: cwd } = await project({ files: FILES });
    await runCli(["up"], { cwd, url: db.url });
    const url = sharedUrl(db.name, role);
    const refused = await runCli(["gate", "--timeout", "30s"], { cwd, url });
    expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining("permission") });
    await db.admin.query(
      grants({ historySchema: "lockstep", historyPrefix: "", roles: { gate: role } }),
    );
    expect(await runCli(["gate"], { cwd, url })).toMatchObject({ code: 0, stderr: "" });
    // Waiting and listening need no more than that.
    await db.admin.query("update lockstep.migrations set version = 3 where version = '2'");
    const waiting = startCli(["gate"], { cwd, url });
    await waiting.waitForOutput(/waiting: 2_i is not applied/);
    await db.admin.query("update lockstep.migrations set version = 2 where version = '3'");
    await db.admin.query("update lockstep.state set epoch = epoch + 1");
    expect(await waiting.done).toMatchObject({ code: 0 });
    await expectNoLeftovers(db);
  } finally {
    await db.drop();
    await runSql(sharedUrl(), `drop role "${role}"`);
  }
});

test("a run that was killed is not taken for one at work, and the next one opens the gate", async () => {
  await using db = await freshDatabase();
  const { dir: cwd } = await project({ files: FILES });
  await runCli(["up", "--to", "1"], { cwd, url: db.url });
  const blocker = await connect(db.url, "test blocker");
  await blocker.query("begin; insert into a values (1)");
  const up = startCli(["up"], { cwd, url: db.url });
  await waitUntil(async () => (await db.admin.query("select from lockstep.journal")).length > 0, {
    what: "the step to begin",
  });
  const gate = startCli(["gate"], { cwd, url: db.url });
  await gate.waitForOutput(/Run [0-9a-f]{8} on .* at 2_i, statement 1/);
  up.kill("SIGKILL");
  await up.done;
  await db.admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'create index conc%'",
  );
  await waitUntil(
    async () =>
      (await db.admin.query("select from pg_locks where locktype = 'advisory'")).length === 0,
    { what: "the lock to be free" },
  );
  const look = await runCli(["gate", "--timeout", "0"], { cwd, url: db.url });
  expect(look.code).toBe(82);
  expect(look.stderr).toContain("2_i is half done");
  expect(look.stderr).not.toContain("under way");
  await blocker.query("rollback");
  await blocker.end();
  await runCli(["up"], { cwd, url: db.url });
  expect(await gate.done).toMatchObject({ code: 0 });
  await expectNoLeftovers(db);
});

test("a failed run is named with its class, and the gate goes on waiting for a retry", async () => {
  await using db = await freshDatabase();
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id nonsense);" } });
  const cwd = app.dir;
  const gate = startCli(["gate"], { cwd, url: db.url });
  await gate.waitForOutput(/waiting/);
  expect(await runCli(["up"], { cwd, url: db.url })).toMatchObject({ code: 79 });
  await gate.waitForOutput(/the last run \([0-9a-f]{8}\) failed with object\.missing/);
  const late = await runCli(["gate", "--timeout", "0"], { cwd, url: db.url });
  expect(late).toMatchObject({ code: 82, stderr: expect.stringContaining("object.missing") });
  expect(late.stderr).toMatch(/lockstep explain [0-9a-f]{8}/);
  // The same file name: the gate has read what it ships before.
  await db.admin.query("create domain nonsense as int");
  expect(await runCli(["up"], { cwd, url: db.url })).toMatchObject({ code: 0 });
  expect(await gate.done).toMatchObject({ code: 0 });
});

test.skipIf(skipWithoutPgBouncer() !== undefined)(
  "works through a transaction pooler with a pool of one",
  async () => {
    await using db = await freshDatabase();
    const { hostname: host, port } = new URL(db.url);
    const bouncer = await startPgBouncer({
      host,
      port: Number(port),
      database: db.name,
      poolMode: "transaction",
      poolSize: 1,
    });
    const { dir: cwd } = await project({ files: FILES });
    const gates = Array.from({ length: 4 }, () => startCli(["gate"], { cwd, url: bouncer.url() }));
    for (const gate of gates) await gate.waitForOutput(/waiting/);
    expect(await runCli(["up"], { cwd, url: db.url })).toMatchObject({ code: 0 });
    for (const gate of gates) expect(await gate.done).toMatchObject({ code: 0 });
    await bouncer.stop();
  },
);
