/** What is decided from heartbeats and sessions, on a real server, by the runner in this process. */
import { execFileSync } from "node:child_process";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { quoteIdent } from "../../src/postgres/identifiers.ts";
import { plan } from "../../src/runner/make-plan.ts";
import { status } from "../../src/runner/status.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { historyIdent, inHistorySchema } from "../support/elsewhere.ts";
import { libraryUp, runnerOptionsFor, type LibraryRunOptions } from "../support/library-run.ts";
import { sharedUrl } from "../support/postgres.ts";
import { addInstance, removeInstance } from "./instances.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const BASE = { "1_a.sql": "create table a (id int, old int, new int)" };
const CONTRACT = { "2_drop.sql": "-- lockstep:phase contract\nalter table a drop column old" };
const EXPAND = { "3_b.sql": "create table b (id int)" };
const ALL = { ...BASE, ...CONTRACT, ...EXPAND };

const up = (migrations: Record<string, string>, options: LibraryRunOptions = {}) =>
  libraryUp(db.url, migrations, options);

/** A database that has been used: the first migration is applied. */
async function used(): Promise<void> {
  expect((await up(BASE)).failure).toBeUndefined();
}

async function needsCode(): Promise<Record<string, string | null>> {
  const rows = await db.admin.query<{ version: string; needs_code: string | null }>(
    "select version, needs_code from lockstep.migrations order by version",
  );
  return Object.fromEntries(rows.map((row) => [row.version, row.needs_code]));
}

/** Runs while the run waits in its event: what it inserts is there before the run goes on. */
function insertNow(ships: string): void {
  const sql = inHistorySchema(
    `insert into lockstep.heartbeats (instance, release, ships, expires_at)
     values (gen_random_uuid(), 'late', '${ships}', now() + interval '1 minute')`,
  );
  const script = `const c = new (require("pg").Client)({ connectionString: process.argv[1], application_name: "test late" });
    c.connect().then(() => c.query(process.argv[2])).then(() => c.end());`;
  execFileSync(process.execPath, ["-e", script, db.url, sql], { cwd: import.meta.dirname });
}

describe("who is old", () => {
  test("a database from nothing has no old code, and the row says what code must ship", async () => {
    expect((await up(ALL)).result?.applied).toEqual(["1_a", "2_drop", "3_b"]);
    expect(await needsCode()).toEqual({ 1: null, 2: "2", 3: null });
  });

  test("without any heartbeat nobody knows, and nothing is touched", async () => {
    await used();
    const { failure, events } = await up({ ...BASE, ...EXPAND, ...CONTRACT });
    expect(failure).toMatchObject({
      class: "contract.old_code",
      exitCode: 75,
      migration: "2_drop",
      what: expect.stringContaining("no instance of the application has a heartbeat"),
      action: expect.stringContaining("heartbeat(pool)"),
    });
    expect(events.map(({ event }) => event)).not.toContain("lock-acquired");
    expect(await needsCode()).toEqual({ 1: null });
    expect(await db.admin.query("select from lockstep.runs where outcome <> 'applied'")).toEqual(
      [],
    );
  });

  test("one that does not ship the version, until it is gone", async () => {
    await used();
    await addInstance(db, { release: "2.0", ships: ["1", "2"] });
    const old = await addInstance(db, { release: "1.9", ships: ["1"], host: "pod-old" });
    const { failure } = await up(ALL);
    expect(failure).toMatchObject({ class: "contract.old_code" });
    expect(failure?.what).toContain("1 instance runs without it");
    expect(failure?.notes).toEqual([
      expect.stringMatching(
        /^1 instance of release 1\.9 on pod-old, since \d{4}-\d\d-\d\dT[\d:]+Z$/,
      ),
    ]);
    await removeInstance(db, old);
    expect((await up(ALL)).result?.applied).toEqual(["2_drop", "3_b"]);
    expect(await needsCode()).toEqual({ 1: null, 2: "2", 3: null });
  });

  test("one that does not say what it ships", async () => {
    await used();
    await addInstance(db, { ships: ["1", "2"] });
    await addInstance(db, { release: null, ships: null });
    const { failure } = await up(ALL);
    expect(failure?.notes).toEqual([expect.stringContaining("does not say what it ships")]);
  });

  test("not one whose heartbeat has expired, which also makes nothing known", async () => {
    await used();
    await addInstance(db, { ships: ["1"], expiresIn: -1 });
    expect((await up(ALL)).failure?.what).toContain("no instance of the application");
    await addInstance(db, { ships: ["1", "2"] });
    expect((await up(ALL)).failure).toBeUndefined();
  });

  test("at most ten are named, and the rest counted", async () => {
    await used();
    for (let n = 0; n < 13; n += 1) await addInstance(db, { release: `r${n}`, ships: ["1"] });
    const { notes } = (await up(ALL)).failure!;
    expect(notes).toHaveLength(11);
    expect(notes.at(-1)).toBe("and 3 more");
  });

  test("`lockstep:after` names the version that counts, as the folder writes it or as a number", async () => {
    await used();
    await addInstance(db, { ships: ["1"] });
    const contract = (after: string) => ({
      "02_drop.sql": `-- lockstep:phase contract\n-- lockstep:after ${after}\nalter table a drop column old`,
    });
    expect((await up({ ...BASE, ...contract("9") })).failure).toMatchObject({
      class: "file.directive",
      what: expect.stringContaining("names no migration"),
    });
    expect((await up({ ...BASE, ...contract("001") })).failure).toBeUndefined();
    expect(await needsCode()).toEqual({ 1: null, 2: "1" });
  });

  test("a repeatable has no version that code could ship", async () => {
    await used();
    const view = "-- lockstep:phase contract\ncreate or replace view v as select 1 as one";
    expect((await up({ ...BASE, "R__v.sql": view })).failure).toMatchObject({
      class: "file.directive",
      action: expect.stringContaining("lockstep:after"),
    });
  });

  test("`off` asks nobody, and still records what code must ship", async () => {
    await used();
    const { failure } = await up(ALL, { settings: { contract: { guard: "off" } } });
    expect(failure).toBeUndefined();
    expect(await needsCode()).toEqual({ 1: null, 2: "2", 3: null });
  });

  test("a history of an older version gets its table first, and then the refusal", async () => {
    await used();
    await db.admin.query("drop table lockstep.heartbeats");
    expect((await up(ALL)).failure).toMatchObject({ class: "contract.old_code" });
    await addInstance(db, { ships: ["1", "2"] });
    expect((await up(ALL)).failure).toBeUndefined();
  });
});

describe("sessions that no instance accounts for", () => {
  const ROLE = `app ${process.pid}`;
  const MIGRATOR = `migrator ${process.pid}`;
  beforeEach(async () => {
    await db.admin.query(`create role ${quoteIdent(ROLE)} login`);
    await db.admin.query(`create role ${quoteIdent(MIGRATOR)} login`);
  });
  afterEach(async () => {
    for (const role of [ROLE, MIGRATOR]) {
      await db.admin.query(`drop owned by ${quoteIdent(role)} cascade`);
      await db.admin.query(`drop role ${quoteIdent(role)}`);
    }
  });

  async function session(role: string, application = "shop"): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: sharedUrl(db.name, role),
      application_name: application,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  test("refuse it by role, and only until they end, beat, or are named as no application", async () => {
    await used();
    await addInstance(db, { ships: ["1", "2"] });
    const client = await session(ROLE);
    const { failure } = await up(ALL);
    expect(failure).toMatchObject({ class: "contract.old_code" });
    expect(failure?.what).toContain("1 session belongs to nobody known");
    expect(failure?.notes[0]).toMatch(
      new RegExp(`^1 session of \`${ROLE}\` \\(shop\\) from .*, since `),
    );
    expect(failure?.action).toContain("contract.ignoreRoles");
    const ignored = await up(
      { ...BASE, ...CONTRACT },
      { settings: { contract: { ignoreRoles: [ROLE] } } },
    );
    expect(ignored.failure).toBeUndefined();
    const third = { "4_c.sql": "-- lockstep:phase contract\nalter table a drop column new" };
    await addInstance(db, { ships: ["1", "2", "4"], role: ROLE });
    await db.admin.query("delete from lockstep.heartbeats where role_name = 'postgres'");
    expect((await up({ ...BASE, ...CONTRACT, ...third })).failure).toBeUndefined();
    await client.end();
  });

  test("from another address than the instance's are nobody's", async () => {
    await used();
    await addInstance(db, { ships: ["1", "2"] });
    await addInstance(db, { ships: ["1", "2"], role: ROLE, address: "192.0.2.7" });
    const client = await session(ROLE);
    expect((await up(ALL)).failure?.what).toContain("1 session belongs to nobody known");
    await client.end();
  });

  test("superusers and monitoring say nothing, unless an instance beats as such a role", async () => {
    await used();
    const client = await session(ROLE);
    await addInstance(db, { ships: ["1", "2"], role: "another" });
    // The tests' own session is a superuser's.
    await db.admin.query(`grant pg_monitor to ${quoteIdent(ROLE)}`);
    expect((await up({ ...BASE, ...CONTRACT })).failure).toBeUndefined();
    await addInstance(db, { ships: ["1", "2", "4"], role: ROLE, address: "192.0.2.7" });
    await db.admin.query("delete from lockstep.heartbeats where role_name = 'another'");
    const more = { "4_c.sql": "-- lockstep:phase contract\nalter table a drop column new" };
    expect((await up({ ...BASE, ...CONTRACT, ...more })).failure?.what).toContain("nobody known");
    await client.end();
  });

  test("whose address is hidden from the migrator are nobody's, and the right is named", async () => {
    await db.admin.query(
      `grant create on database ${quoteIdent(db.name)} to ${quoteIdent(MIGRATOR)}`,
    );
    await db.admin.query(`create schema own authorization ${quoteIdent(MIGRATOR)}`);
    const url = sharedUrl(db.name, MIGRATOR);
    const base = { "1_a.sql": "create table own.a (id int, old int)" };
    const all = { ...base, "2_d.sql": "-- lockstep:phase contract\nalter table own.a drop old" };
    expect((await libraryUp(url, base)).failure).toBeUndefined();
    await addInstance(db, { ships: ["1", "2"], role: ROLE });
    // A hidden address reads like that of a socket, which has none.
    await addInstance(db, { ships: ["1", "2"], role: ROLE, address: null });
    const client = await session(ROLE);
    const { failure } = await libraryUp(url, all);
    expect(failure?.what).toContain("nobody known");
    expect(failure?.notes.join("\n")).toContain("an address that is hidden");
    expect(failure?.notes.join("\n")).toContain("grant pg_read_all_stats");
    await db.admin.query(`grant pg_read_all_stats to ${quoteIdent(MIGRATOR)}`);
    expect((await libraryUp(url, all)).failure).toBeUndefined();
    await client.end();
  });

  test("a role that may not read the heartbeats plans a refusal", async () => {
    await used();
    await db.admin.query(`grant usage on schema ${historyIdent} to ${quoteIdent(ROLE)}`);
    for (const table of ["migrations", "journal", "runs", "state", "audit"]) {
      await db.admin.query(`grant select on lockstep.${table} to ${quoteIdent(ROLE)}`);
    }
    const planned = await plan(await runnerOptionsFor(sharedUrl(db.name, ROLE), ALL));
    expect(planned.refused[0]?.failure.what).toContain("may not read which instances");
  });
});

describe("time passes", () => {
  test("an old instance that starts between the first look and the lock is seen", async () => {
    await used();
    await addInstance(db, { ships: ["1", "2"] });
    const { failure } = await up(ALL, {
      onEvent: ({ event }) => event === "lock-acquired" && insertNow("{1}"),
    });
    expect(failure).toMatchObject({ class: "contract.old_code", migration: "2_drop" });
    expect(await needsCode()).toEqual({ 1: null });
    const [run] = await db.admin.query(
      "select outcome, failure_class from lockstep.runs order by started_at desc limit 1",
    );
    expect(run).toEqual({ outcome: "failed", failure_class: "contract.old_code" });
  });

  test("and one that starts while migrations before it run", async () => {
    await used();
    await addInstance(db, { ships: ["1", "2", "3"] });
    const files = {
      ...BASE,
      "2_b.sql": "create table b (id int)",
      "3_drop.sql": "-- lockstep:phase contract\nalter table a drop column old",
    };
    const { failure } = await up(files, {
      onEvent: (event) =>
        event.event === "migration-started" && event.migration === "2_b" && insertNow("{1}"),
    });
    expect(failure).toMatchObject({ class: "contract.old_code", migration: "3_drop" });
    expect(failure?.state).toContain("What stands before it is applied");
    expect(await needsCode()).toEqual({ 1: null, 2: null });
  });
});

describe("phases", () => {
  test("expand leaves contract migrations, which are no out-of-order problem later", async () => {
    await used();
    const { result } = await up(ALL, { selection: { phase: "expand" } });
    expect(result).toMatchObject({ applied: ["3_b"], remaining: 1 });
    const shown = await status(await runnerOptionsFor(db.url, ALL));
    expect(shown.problems).toEqual([]);
    expect(shown.pending).toEqual([
      { id: "2_drop", file: "2_drop.sql", kind: "versioned", changed: false, phase: "contract" },
    ]);
    expect((await up(ALL)).failure).toMatchObject({ class: "contract.old_code" });
    await addInstance(db, { ships: ["1", "2", "3"] });
    expect((await up(ALL)).result?.applied).toEqual(["2_drop"]);
  });

  test("contract applies only contract migrations", async () => {
    await used();
    await addInstance(db, { ships: ["1", "2", "3"] });
    const { result } = await up(ALL, { selection: { phase: "contract" } });
    expect(result?.applied).toEqual(["2_drop"]);
    expect((await up(ALL, { selection: { phase: "contract" } })).result?.applied).toEqual([]);
  });

  test("`to` and `count` take what is left", async () => {
    await used();
    const count = await up(ALL, { selection: { phase: "expand", count: 1 } });
    expect(count.result?.applied).toEqual(["3_b"]);
    expect((await up(ALL, { selection: { phase: "expand", to: "2" } })).result?.applied).toEqual(
      [],
    );
  });

  test("a plan says what would be refused now, and by phase what would not", async () => {
    await used();
    const options = await runnerOptionsFor(db.url, ALL);
    const all = await plan(options);
    expect(all.refused).toMatchObject([
      { id: "2_drop", file: "2_drop.sql", failure: { class: "contract.old_code", exitCode: 75 } },
    ]);
    expect((await plan(options, { phase: "expand" })).refused).toEqual([]);
    expect((await plan(options, { direction: "down" })).refused).toMatchObject([
      { failure: { class: "file.no_down" } },
    ]);
    await addInstance(db, { ships: ["1", "2"] });
    expect((await plan(options)).refused).toEqual([]);
  });
});

describe("force", () => {
  const force = { by: "alice", why: "maintenance window" };
  const audit = () =>
    db.admin.query("select run_id, action, migration, done_by, reason, detail from lockstep.audit");

  test("leaves who was there, who went ahead and why, with the migration", async () => {
    await used();
    await addInstance(db, { release: "1.9", ships: ["1"], host: "pod-old" });
    const { result } = await up(ALL, { force });
    expect(result?.applied).toEqual(["2_drop", "3_b"]);
    // Said once, however often it was asked.
    expect(result?.warnings).toEqual([
      expect.stringMatching(/1 instance runs without it\. Forced by alice: maintenance window$/),
    ]);
    expect(await audit()).toEqual([
      {
        run_id: result!.runId,
        action: "force",
        migration: "2_drop",
        done_by: "alice",
        reason: "maintenance window",
        detail: {
          needs: "2",
          heartbeats: "seen",
          sessions: [],
          instances: [
            expect.objectContaining({ release: "1.9", hosts: ["pod-old"], ships: [], count: 1 }),
          ],
        },
      },
    ]);
  });

  test("leaves nothing where nothing was in the way", async () => {
    await used();
    await addInstance(db, { ships: ["1", "2"] });
    expect((await up(ALL, { force })).failure).toBeUndefined();
    expect(await audit()).toEqual([]);
  });

  test("leaves nothing when the migration fails", async () => {
    await used();
    const wrong = { "2_d.sql": "-- lockstep:phase contract\nalter table a drop column missing" };
    expect((await up({ ...BASE, ...wrong }, { force })).failure?.class).not.toBe(
      "contract.old_code",
    );
    expect(await audit()).toEqual([]);
  });

  test("is recorded before the first step of what runs outside of a transaction", async () => {
    await used();
    const alone = {
      "2_d.sql":
        "-- lockstep:phase contract\n-- lockstep:transaction none\ncreate index concurrently a_id on a (id);\nselect 1 / 0;",
    };
    const { failure } = await up({ ...BASE, ...alone }, { force });
    expect(failure?.server?.sqlstate).toBe("22012");
    expect(await audit()).toHaveLength(1);
    expect(await db.admin.query("select to_regclass('a_id') is not null as there")).toEqual([
      { there: true },
    ]);
  });
});
