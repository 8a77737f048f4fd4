/** Two releases of an application as real processes, and the command that waits for the old one. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { quoteIdent } from "../../src/postgres/identifiers.ts";
import { runCli, type CliResult } from "../support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { sharedServer, sharedUrl } from "../support/postgres.ts";
import { project, type Project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startApplication } from "./application.ts";

const FIRST = { "migrations/1_a.sql": "create table a (id int, old int, new int);" };
const DROP = "-- lockstep:phase contract\nalter table a drop column old;";
const SECOND = { ...FIRST, "migrations/2_drop.sql": DROP };

let db: TestDatabase;
let before: Project;
let now: Project;
beforeEach(async () => {
  db = await freshDatabase();
  before = await project({ files: FIRST });
  now = await project({ files: SECOND });
});
afterEach(async () => {
  await expectNoLeftovers(db, 15_000);
  await db.drop();
});

const up = (
  args: readonly string[] = [],
  env: Record<string, string> = {},
  url = db.url,
): Promise<CliResult> => runCli(["up", ...args], { cwd: now.dir, url, env });

async function dropped(): Promise<boolean> {
  const rows = await db.admin.query("select from lockstep.migrations where version = '2'");
  return rows.length === 1;
}

async function runnersLeft(): Promise<number> {
  const rows = await db.admin.query(
    "select from pg_stat_activity where datname = current_database() and application_name like 'lockstep %'",
  );
  return rows.length;
}

async function applyFirst(): Promise<void> {
  expect((await runCli(["up"], { cwd: before.dir, url: db.url })).code).toBe(0);
}

test("a contract migration waits for the old release, and its SIGTERM is enough", async () => {
  await applyFirst();
  const old = await startApplication(before, { url: db.url, release: "1.0" });
  const fresh = await startApplication(now, { url: db.url, release: "2.0" });
  const refused = await up();
  expect(refused.code).toBe(75);
  expect(refused.stderr + refused.stdout).toContain("1 instance of release 1.0");
  const expanded = await up(["--phase", "expand"]);
  expect(expanded.code).toBe(0);
  expect(expanded.stdout).toContain("1 contract migration left for `--phase contract`.");
  expect(expanded.stdout).not.toContain("still pending");
  expect((await up([], { LOCKSTEP_PHASE: "expand" })).code).toBe(0);
  expect(await dropped()).toBe(false);

  old.kill("SIGTERM");
  expect(await old.done).toMatchObject({ code: 0, signal: null });
  // Nothing is waited for: its row is gone with it.
  expect((await up()).code).toBe(0);
  expect(await dropped()).toBe(true);
  fresh.kill("SIGTERM");
  await fresh.done;
  expect(await db.admin.query("select from lockstep.heartbeats")).toEqual([]);
});

test("after SIGKILL it waits until the heartbeat has expired", async () => {
  await applyFirst();
  const old = await startApplication(before, { url: db.url, release: "1.0", intervalMs: 1000 });
  const fresh = await startApplication(now, { url: db.url, release: "2.0" });
  old.kill("SIGKILL");
  await old.done;
  const [row] = await db.admin.query<{ lives: boolean }>(
    "select expires_at > now() + interval '1 second' as lives from lockstep.heartbeats where release = '1.0'",
  );
  const refused = await up();
  // Only where the machine was not too slow for the four seconds that it lives.
  if (row?.lives === true && refused.ms < 1000) expect(refused.code).toBe(75);
  await waitUntil(async () => (await up()).code === 0, {
    what: "the heartbeat to expire",
    deadlineMs: 30_000,
  });
  expect(await dropped()).toBe(true);
  fresh.kill("SIGTERM");
  await fresh.done;
});

test("a session of a role that nobody speaks for is unknown, and `ignoreRoles` names it", async () => {
  await applyFirst();
  const role = `report ${process.pid}`;
  await db.admin.query(`create role ${quoteIdent(role)} login`);
  const fresh = await startApplication(now, { url: db.url, release: "2.0" });
  const report = await connect(sharedUrl(db.name, role), "test report");
  const refused = await up();
  expect(refused.code).toBe(75);
  expect(refused.stderr + refused.stdout).toContain(`1 session of \`${role}\``);
  await now.write("lockstep.config.json", JSON.stringify({ contract: { ignoreRoles: [role] } }));
  expect((await up()).code).toBe(0);
  await report.end();
  fresh.kill("SIGTERM");
  await fresh.done;
  await db.admin.query(`drop role ${quoteIdent(role)}`);
});

test("`--force` needs a reason, and is in the audit trail with who was still there", async () => {
  await applyFirst();
  const old = await startApplication(before, { url: db.url, release: "1.0" });
  expect((await up(["--force"])).code).toBe(64);
  const forced = await up(["--force", "--reason", "the night of the move", "--by", "alice"]);
  expect(forced.code).toBe(0);
  expect(
    await db.admin.query(
      "select action, migration, done_by, reason, detail -> 'instances' -> 0 ->> 'release' as release from lockstep.audit",
    ),
  ).toEqual([
    {
      action: "force",
      migration: "2_drop",
      done_by: "alice",
      reason: "the night of the move",
      release: "1.0",
    },
  ]);
  old.kill("SIGTERM");
  await old.done;
});

test("what cannot be meant is refused before anything is connected", async () => {
  const said = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { code, stderr } = await runCli(args, { cwd: now.dir, url: db.url, env });
    return [code, stderr];
  };
  expect(await said(["up", "--reason", "x"])).toEqual([64, expect.stringContaining("--force")]);
  expect(await said(["plan", "--direction", "down", "--phase", "expand"])).toEqual([
    64,
    expect.stringContaining("Leave out one"),
  ]);
  expect(await said(["up"], { LOCKSTEP_PHASE: "old" })).toEqual([
    78,
    expect.stringContaining("`expand` or `contract`"),
  ]);
});

test("a plan ends with the code of the refusal, and by phase with none", async () => {
  await applyFirst();
  const plan = (...args: string[]) => runCli(["plan", ...args], { cwd: now.dir, url: db.url });
  const refused = await plan();
  expect(refused.code).toBe(75);
  expect(refused.stdout).toContain("no instance of the application has a heartbeat");
  expect((await plan("--phase", "expand")).code).toBe(0);
  const { stdout } = await runCli(["status"], { cwd: now.dir, url: db.url });
  expect(stdout).toMatch(/2_drop +pending, contract/);
  const off = { LOCKSTEP_CONTRACT_GUARD: "off" };
  expect((await up([], off)).code).toBe(0);
});

test.each(["before-file", "file-sent", "after-file"])(
  "killed at `%s`, a forced migration and its audit row are both there or neither",
  async (point) => {
    await applyFirst();
    const old = await startApplication(before, { url: db.url, release: "1.0" });
    const args = ["--force", "--reason", "x", "--by", "alice"];
    expect((await up(args, { LOCKSTEP_TEST_KILL_AT: point })).signal).toBe("SIGKILL");
    const both = async (): Promise<boolean> => {
      const [row] = await db.admin.query<{ applied: number; forced: number }>(
        `select (select count(*)::int from lockstep.migrations where version = '2') as applied,
                (select count(*)::int from lockstep.audit where action = 'force') as forced`,
      );
      expect(row!.forced).toBe(row!.applied);
      return row!.applied === 1;
    };
    await waitUntil(async () => (await runnersLeft()) === 0, {
      what: "the server to end what was sent",
      deadlineMs: 15_000,
    });
    const there = await both();
    if (point !== "file-sent") expect(there).toBe(point === "after-file");
    expect((await up(args)).code).toBe(0);
    expect(await both()).toBe(true);
    old.kill("SIGTERM");
    await old.done;
  },
);

test("killed after the first step outside of a transaction, the audit row is there already", async () => {
  await applyFirst();
  await now.write(
    "migrations/2_drop.sql",
    "-- lockstep:phase contract\ncreate index concurrently a_id on a (id);",
  );
  const old = await startApplication(before, { url: db.url, release: "1.0" });
  const args = ["--force", "--reason", "x"];
  expect((await up(args, { LOCKSTEP_TEST_KILL_AT: "before-journal" })).signal).toBe("SIGKILL");
  const forced = () => db.admin.query("select from lockstep.audit where action = 'force'");
  expect(await forced()).toHaveLength(1);
  expect(await dropped()).toBe(false);
  expect((await up(args)).code).toBe(0);
  // Each run that goes ahead says so once.
  expect(await forced()).toHaveLength(2);
  old.kill("SIGTERM");
  await old.done;
});

test.skipIf(skipWithoutPgBouncer())(
  "through PgBouncer in transaction mode both say which code runs",
  async () => {
    await applyFirst();
    const { host, port } = sharedServer();
    const bouncer = await startPgBouncer({
      host,
      port,
      database: db.name,
      poolMode: "transaction",
      poolSize: 5,
    });
    try {
      const url = bouncer.url();
      const old = await startApplication(before, { url, release: "1.0", intervalMs: 200 });
      const fresh = await startApplication(now, { url, release: "2.0" });
      const beats = async (): Promise<boolean> => {
        const [row] = await db.admin.query<{ beats: boolean }>(
          "select seen_at > started_at as beats from lockstep.heartbeats where release = '1.0'",
        );
        return row?.beats === true;
      };
      await waitUntil(beats, { what: "the second beat of the old release" });
      for (const way of [url, db.url]) {
        const refused = await up([], {}, way);
        expect(refused.code).toBe(75);
        expect(refused.stderr + refused.stdout).toContain("1 instance of release 1.0");
      }
      old.kill("SIGTERM");
      await old.done;
      expect((await up([], {}, url)).code).toBe(0);
      expect(await dropped()).toBe(true);
      fresh.kill("SIGTERM");
      await fresh.done;
    } finally {
      await bouncer.stop();
    }
  },
);
