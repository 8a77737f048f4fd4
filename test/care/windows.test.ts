/** Windows and freezes, in runs against a server: refused before anything is touched, or overridden. */
import { afterEach, expect, test, vi } from "vitest";
import type { CareSettings } from "../../src/config/care-config.ts";
import { historyNames } from "../../src/history/tables.ts";
import { runKey } from "../../src/postgres/advisory-lock.ts";
import { plan } from "../../src/runner/make-plan.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";
import { status } from "../../src/runner/status.ts";
import { runCli } from "../support/cli.ts";
import { connect, expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { libraryDown, libraryUp, runnerOptionsFor } from "../support/library-run.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const FILES = { "1_a.sql": "create table a (id int);" };
const WITH_DOWN = { ...FILES, "1_a.down.sql": "drop table a;" };

/** Closed now, whenever that is: it opens in two hours, for one. */
function closed(): CareSettings {
  const time = (hours: number): string =>
    new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  return { windows: [{ from: time(2), to: time(3) }] };
}

const OPEN: CareSettings = { windows: [{ from: "00:00", to: "24:00" }] };

test("outside of a window `up` is refused before anything is touched, and says when it opens", async () => {
  await using db = await freshDatabase();
  const { failure, events } = await libraryUp(db.url, FILES, { settings: { care: closed() } });
  expect(failure).toMatchObject({
    class: "window.closed",
    exitCode: 75,
    state: "Nothing was changed.",
  });
  expect(failure?.notes[0]).toMatch(/^The next window opens at \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/);
  expect(events.at(-1)).toMatchObject({ event: "run-finished", outcome: "failed", remaining: 1 });
  expect(
    await db.admin.query("select nspname from pg_namespace where nspname in ('lockstep', 'a')"),
  ).toEqual([]);
  await expectNoLeftovers(db);
});

test("with nothing pending it ends well, and `down` is refused like `up`", async () => {
  await using db = await freshDatabase();
  const first = await libraryUp(db.url, WITH_DOWN, { settings: { care: OPEN } });
  expect(first.result?.outcome).toBe("applied");
  const again = await libraryUp(db.url, WITH_DOWN, { settings: { care: closed() } });
  expect(again.result?.outcome).toBe("nothing-to-do");
  const down = await libraryDown(db.url, WITH_DOWN, { settings: { care: closed() } });
  expect(down.failure).toMatchObject({ class: "window.closed" });
  expect(await db.admin.query("select to_regclass('a') is not null as there")).toEqual([
    { there: true },
  ]);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The clock of this process, which is what the windows are compared with. */
function clockAt(time: string): void {
  vi.spyOn(Date, "now").mockReturnValue(Date.parse(`2026-11-26T${time}Z`));
}

const MORNING: CareSettings = { windows: [{ from: "09:00", to: "10:00" }] };

test("a window that closes while the run waits for its turn is closed for it", async () => {
  await using db = await freshDatabase();
  const holder = await connect(db.url, "test holder");
  const { key } = runKey(historyNames(DEFAULT_SETTINGS).lockName);
  await holder.query(`select pg_advisory_lock(${key})`);
  clockAt("09:59:59");
  let waiting = false;
  const run = libraryUp(db.url, FILES, {
    settings: { care: MORNING },
    onEvent({ event }) {
      waiting ||= event === "waiting-for-lock";
    },
  });
  await waitUntil(() => waiting, { what: "the run to wait" });
  clockAt("10:00:00");
  await holder.end();
  expect((await run).failure).toMatchObject({ class: "window.closed" });
  expect(await db.admin.query("select to_regclass('a') is null as absent")).toEqual([
    { absent: true },
  ]);
  await expectNoLeftovers(db);
});

test("a run that has begun is carried through, also over a lost connection", async () => {
  await using db = await freshDatabase();
  clockAt("09:59:59");
  let cut = false;
  const { result } = await libraryUp(
    db.url,
    {
      "1_a.sql": "create table a (id int);",
      "2_b.sql": "create table b (id int);",
      "3_c.sql":
        "do $$ begin if (select count(*) from pg_class where relname = 'cut') = 0 then perform pg_terminate_backend(pg_backend_pid()); end if; end $$; create table c (id int);",
    },
    {
      settings: { care: MORNING },
      onEvent({ event }) {
        if (event === "migration-started") clockAt("10:30:00");
        if (event !== "waiting-for-connection" || cut) return;
        cut = true;
        void db.admin.query("create table cut ()");
      },
    },
  );
  expect(cut).toBe(true);
  expect(result?.applied).toEqual(["1_a", "2_b", "3_c"]);
});

test("status and plan say it, and plan still shows the steps", async () => {
  await using db = await freshDatabase();
  const options = await runnerOptionsFor(db.url, FILES, { settings: { care: closed() } });
  expect((await status(options)).window).toMatchObject({ open: false });
  const planned = await plan(options);
  expect(planned.window).toMatchObject({ open: false, changesAt: expect.any(String) });
  expect(planned.migrations).toHaveLength(1);
  expect(planned.refused).toEqual([]);
  const open = await runnerOptionsFor(db.url, FILES, { settings: { care: OPEN } });
  expect((await status(open)).window).toEqual({
    open: true,
    message: "Migrations may be applied now.",
    changesAt: null,
  });
});

test("a freeze of the chosen environment refuses with 75; --force with a reason goes ahead, audited", async () => {
  await using db = await freshDatabase();
  const today = new Date().toISOString().slice(0, 10);
  const { dir } = await project({
    files: {
      "migrations/1_a.sql": FILES["1_a.sql"],
      "lockstep.config.json": JSON.stringify({
        environments: {
          production: { freezes: [{ from: today, to: "2099-12-31", reason: "holidays" }] },
        },
      }),
    },
  });
  const env = { LOCKSTEP_URL: db.url };
  const run = (...args: string[]) =>
    runCli(["up", "--env", "production", ...args], { cwd: dir, env });
  const production = { cwd: dir, env: { ...env, LOCKSTEP_ENV: "production" } };
  const looked = await runCli(["status"], production);
  expect(looked.stdout).toContain("to 2099-12-31 (holidays). No window opens within 400 days.");
  const planned = await runCli(["plan"], production);
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining("(holidays)")]);
  const refused = await run();
  expect(refused.code).toBe(75);
  expect(refused.stderr).toContain("(holidays)");
  const unexplained = await run("--force");
  expect(unexplained.code).toBe(64);
  const forced = await run("--force", "--reason", "the shop is down", "--by", "anna");
  expect(forced.code, forced.stderr).toBe(0);
  expect(
    await db.admin.query("select action, migration, done_by, reason, detail from lockstep.audit"),
  ).toEqual([
    {
      action: "force",
      migration: "*",
      done_by: "anna",
      reason: "the shop is down",
      detail: { window: expect.stringContaining("holidays"), migrations: ["1_a"] },
    },
  ]);
  // Nothing is forced where nothing is closed.
  const elsewhere = await runCli(["up", "--force", "--reason", "x"], { cwd: dir, env });
  expect(elsewhere.code).toBe(0);
  expect(await db.admin.query("select count(*)::int as n from lockstep.audit")).toEqual([{ n: 1 }]);
});

test("an unknown time zone or day is an error of the configuration, by its path", async () => {
  const { dir } = await project({
    files: {
      "migrations/1_a.sql": "",
      "lockstep.config.json": JSON.stringify({
        windows: [{ days: ["monday"], from: "9:00", to: "24:00", timeZone: "Europe/Wien" }],
        freezes: [
          { from: "2026-02-30", to: "2026-03-01" },
          { from: "2026-03-02", to: "2026-03-01" },
        ],
        blockers: { cancel: [{ olderThan: "5m" }] },
        disk: { fre: "5GB" },
      }),
    },
  });
  const { code, stderr } = await runCli(["up", "--url", "postgres://nowhere"], { cwd: dir });
  expect(code).toBe(78);
  for (const path of [
    "windows.0.days.0",
    "windows.0.from",
    "windows.0.timeZone",
    "freezes.0.from",
    "freezes.1",
    "blockers.cancel.0",
    "did you mean `free`",
  ]) {
    expect(stderr).toContain(path);
  }
});
