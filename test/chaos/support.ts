/**
 * What the chaos tests share: runners as real processes, files that wait until the test lets them
 * go on, and a watch that proves that two backends never do the work of a run at the same time.
 */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { expect } from "vitest";

import { fingerprintQuery } from "../../src/history/fingerprint.ts";
import { runKey } from "../../src/postgres/advisory-lock.ts";
import { startCli, type CliResult, type RunningCli } from "../support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  type AdminClient,
  type TestDatabase,
} from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import { waitUntil } from "../support/wait-until.ts";

export type Queries = Pick<AdminClient, "query">;

/** Another build of the command, to see these tests fail with it. */
export const MAIN = process.env["LOCKSTEP_TEST_MAIN"];

/** Starts `lockstep up --json` in a project folder. */
export function startUp(
  dir: string,
  url: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): RunningCli {
  return startCli(["up", "--json", ...args], {
    cwd: dir,
    url,
    env,
    ...(MAIN !== undefined && { main: MAIN }),
  });
}

export const runUp = (...options: Parameters<typeof startUp>): Promise<CliResult> =>
  startUp(...options).done;

/** Fails with everything that the runner said. */
export function expectExit(
  result: CliResult,
  ...codes: readonly (number | NodeJS.Signals)[]
): void {
  const end = result.signal ?? result.code;
  if (end !== null && codes.includes(end)) return;
  throw new Error(
    `ended with ${end}, not ${codes.join(" or ")}\n${result.stdout.slice(-6000)}\n${result.stderr}`,
  );
}

/** The ids that a runner announced as applied, however it ended. */
export function announced(result: CliResult): string[] {
  return result
    .events()
    .flatMap((event) => (event.event === "migration-applied" ? [event.migration] : []));
}

/** Where every piece of work leaves one row: what ran twice is there twice. */
export const LEDGER = `
  create table ledger (what text not null, pid int not null default pg_catalog.pg_backend_pid());
  create table gate (open boolean not null);
  insert into gate values (false)`;

export const mark = (what: string): string => `insert into ledger (what) values ('${what}');`;

/** Sleeps for as long as nobody opened the gate before the statement began. */
export const WAIT_AT_GATE = "select pg_catalog.pg_sleep(120) from gate where not open;";

/** `n` migrations, each with a table of its own and one row in the ledger. */
export function numbered(n: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let i = 1; i <= n; i += 1) {
    files[`migrations/${i}_m${i}.sql`] = `create table t${i} (id int);\n${mark(`m${i}`)}\n`;
  }
  return files;
}

export async function ledger(db: Queries): Promise<string[]> {
  const rows = await db.query<{ what: string }>(
    'select what from ledger order by what collate "C"',
  );
  return rows.map(({ what }) => what);
}

/** Version (or name, of a repeatable) of every history row, in the order of applying. */
export async function history(db: Queries): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    "select coalesce(version::text, name) as id from lockstep.migrations order by seq",
  );
  return rows.map(({ id }) => id);
}

/** The backends of runners, without their observers. */
export async function workers(
  db: Queries,
): Promise<{ pid: number; state: string; query: string; wait_event: string | null }[]> {
  return db.query(
    `select pid, state, query, wait_event from pg_catalog.pg_stat_activity
     where datname = pg_catalog.current_database()
       and application_name like 'lockstep %' and application_name not like '% observer'`,
  );
}

/** Waits until a runner's backend is inside a statement like this one; returns its pid. */
export async function waitForStatement(
  db: Queries,
  pattern: RegExp,
  deadlineMs = 20_000,
): Promise<number> {
  const found = await waitUntil(
    async () =>
      (await workers(db)).find(({ state, query }) => state === "active" && pattern.test(query)),
    { deadlineMs, what: `a runner's statement like ${String(pattern)}` },
  );
  return found.pid;
}

export async function waitForEndOf(db: Queries, pid: number, deadlineMs = 20_000): Promise<void> {
  await waitUntil(
    async () =>
      (await db.query("select from pg_catalog.pg_stat_activity where pid = $1", [pid])).length ===
      0,
    { deadlineMs, what: `the end of backend ${pid}` },
  );
}

export async function openGate(db: Queries): Promise<void> {
  await db.query("update gate set open = true");
}

export async function fingerprint(db: Queries): Promise<string> {
  // Definitions are printed relative to the search_path.
  const path = await db.query<{ search_path: string }>("show search_path");
  await db.query("set search_path = ''");
  const [row] = await db.query<{ fingerprint: string }>(fingerprintQuery(historySchema, ""));
  await db.query(`set search_path = ${path[0]!.search_path}`);
  return row!.fingerprint;
}

/** Nothing half-done is left: no open journal, no invalid index, no lock, no session. */
export async function expectSettled(db: TestDatabase): Promise<void> {
  const invalid = await db.admin.query(
    "select indexrelid::regclass::text as name from pg_catalog.pg_index where not indisvalid or not indisready",
  );
  expect(invalid).toEqual([]);
  const pending = await db.admin.query("select from pg_catalog.pg_inherits where inhdetachpending");
  expect(pending).toEqual([]);
  expect(await db.admin.query("select * from lockstep.journal")).toEqual([]);
  await expectNoLeftovers(db);
}

/** A second session of the application that holds something open until it is ended. */
export async function holder(url: string, ...statements: readonly string[]): Promise<pg.Client> {
  const client = await connect(url, "test holder");
  for (const statement of statements) await client.query(statement);
  return client;
}

// Only runners under the run lock take locks stronger than ACCESS SHARE on tables and indexes of
// ours, so two of them with such locks at one moment would be two runs at work. Parallel workers of
// an index build belong to their leader.
const AT_WORK = `
  select distinct coalesce(a.leader_pid, l.pid) as pid
  from pg_catalog.pg_locks l
  join pg_catalog.pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'relation' and l.granted and l.mode <> 'AccessShareLock' and l.relation >= 16384
    and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
    and a.application_name like 'lockstep %' and a.application_name not like '% observer'`;

export interface WorkWatch {
  stop(): Promise<{
    readonly overlaps: readonly number[][];
    readonly workers: ReadonlySet<number>;
  }>;
}

/** Samples who is at work; a restart of the server is waited out. */
export async function watchWork(url: string, everyMs = 5): Promise<WorkWatch> {
  const overlaps: number[][] = [];
  const seen = new Set<number>();
  let running = true;
  let client: pg.Client | undefined = await connect(url, "test watch");
  const loop = (async () => {
    while (running) {
      try {
        client ??= await connect(url, "test watch");
        const { rows } = await client.query<{ pid: number }>({ name: "at work", text: AT_WORK });
        for (const { pid } of rows) seen.add(pid);
        if (rows.length > 1) overlaps.push(rows.map(({ pid }) => pid));
      } catch {
        await client?.end().catch(() => undefined);
        client = undefined;
      }
      await pause(everyMs);
    }
    await client?.end().catch(() => undefined);
  })();
  return {
    async stop() {
      running = false;
      await loop;
      return { overlaps, workers: seen };
    },
  };
}

/** True when somebody holds the run lock of the history. */
export async function runLockHolder(db: Queries): Promise<number | undefined> {
  const { classid, objid } = runKey(historySchema);
  const [row] = await db.query<{ pid: number }>(
    `select pid from pg_catalog.pg_locks where locktype = 'advisory' and granted and objsubid = 1
       and classid = $1::pg_catalog.oid and objid = $2::pg_catalog.oid
       and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`,
    [String(classid), String(objid)],
  );
  return row?.pid;
}
