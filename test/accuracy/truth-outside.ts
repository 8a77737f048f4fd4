/**
 * Migrations that cannot run in a transaction, statement by statement. Where a statement itself
 * cannot, its lock is known by the table for which it waits behind a session that only writes:
 * ROW EXCLUSIVE conflicts with exactly the modes that block writes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import type { LongWork } from "../../src/lint/finding.ts";
import { type LockMode, strongest } from "../../src/locks/lock-mode.ts";
import { qualified } from "../../src/postgres/identifiers.ts";
import { listTables, readAwaited, readLocks } from "./server-state.ts";
import {
  announced,
  codeOf,
  failed,
  type MeasureSession,
  namedLocks,
  rewritten,
  type Statement,
  type Suffered,
  type Truth,
  truthOf,
  workOf,
} from "./work.ts";

const WAIT_DEADLINE_MS = 20_000;
/** What can be run twice, and does its work both times. */
const REPEATABLE = new Set(["ReindexStmt", "VacuumStmt", "ClusterStmt"]);

export async function measureOutside(
  url: string,
  session: MeasureSession,
  statements: readonly Statement[],
): Promise<Truth> {
  const work = new Set<LongWork>();
  const locks = new Map<string, LockMode>();
  try {
    for (const statement of statements) {
      const one =
        (await inItsTransaction(session, statement)) ?? (await alone(url, session, statement));
      for (const kind of one.work) work.add(kind);
      for (const [oid, mode] of one.locks) {
        locks.set(oid, strongest([mode, locks.get(oid) ?? mode]) ?? mode);
      }
    }
  } catch (error) {
    return failed(codeOf(error));
  }
  return truthOf(work, namedLocks(session.before, locks));
}

interface Measured {
  readonly work: ReadonlySet<LongWork>;
  readonly locks: ReadonlyMap<string, LockMode>;
}

/** Undefined when the server does not run it in a transaction. */
async function inItsTransaction(
  session: MeasureSession,
  statement: Statement,
): Promise<Measured | undefined> {
  const { runner } = session;
  await runner.query("begin");
  try {
    const work = await workOf(session, statement);
    const locks = await readLocks(runner);
    await runner.query("commit");
    return { work, locks };
  } catch (error) {
    await runner.query("rollback");
    if ((error as { code?: string }).code === "25001") return undefined;
    throw error;
  }
}

async function alone(
  url: string,
  session: MeasureSession,
  statement: Statement,
): Promise<Measured> {
  const holder = new Client({ connectionString: url });
  await holder.connect();
  try {
    const tables = await heldTables(holder);
    const { suffered, locks: first } = await behind(holder, tables, session, statement);
    const locks = new Map(first);
    const work = new Set<LongWork>();
    for (const { oid, kind } of suffered) {
      if (!session.before.has(oid)) continue;
      // It waits for one table at a time; where it has several, each is held alone in another run.
      const table = tables.find((one) => one.oid === oid);
      if (!locks.has(oid) && table !== undefined && REPEATABLE.has(statement.kind)) {
        const again = await behind(holder, [table], session, statement);
        for (const [waited, mode] of again.locks) locks.set(waited, mode);
      }
      if (locks.has(oid)) work.add(kind);
    }
    return { work, locks };
  } finally {
    await holder.end();
  }
}

/** Runs the statement while the holder writes to the tables, which end with its first wait. */
async function behind(
  holder: Client,
  tables: readonly HeldTable[],
  { runner, notices }: MeasureSession,
  statement: Statement,
): Promise<{ suffered: readonly Suffered[]; locks: ReadonlyMap<string, LockMode> }> {
  const earlier = await listTables(runner);
  await holder.query("begin");
  for (const { schema, name } of tables) {
    await holder.query(`lock table only ${qualified(schema, name)} in row exclusive mode`);
  }
  notices.length = 0;
  const { rows } = await runner.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  let failure: unknown;
  let ended = false;
  const running = runner.query(statement.text).then(
    () => (ended = true),
    (error: unknown) => {
      ended = true;
      failure = error;
    },
  );
  const locks = await awaited(holder, rows[0]!.pid, () => ended);
  await holder.query("rollback");
  await running;
  if (failure !== undefined) throw failure as Error;
  const later = await listTables(runner);
  const messages = notices.splice(0);
  const suffered = [
    ...(await announced(runner, messages, [earlier, later])),
    ...rewritten(statement, earlier, later),
  ];
  return { suffered, locks };
}

interface HeldTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
}

async function heldTables(client: Client): Promise<readonly HeldTable[]> {
  const { rows } = await client.query<HeldTable>(
    `select c.oid::text as oid, n.nspname::text as schema, c.relname::text as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.oid >= 16384 and n.nspname not like 'pg\\_%'
       and n.nspname <> 'information_schema'`,
  );
  return rows;
}

/** What the statement waits for; empty when it ends, or waits for transactions and not for a table. */
async function awaited(
  observer: Client,
  pid: number,
  ended: () => boolean,
): Promise<ReadonlyMap<string, LockMode>> {
  const deadline = performance.now() + WAIT_DEADLINE_MS;
  while (!ended() && performance.now() < deadline) {
    const { rowCount } = await observer.query(
      "select from pg_catalog.pg_locks where pid = $1 and not granted",
      [pid],
    );
    // It may have begun to wait for a table between the two questions.
    if (rowCount !== 0) return readAwaited(observer, pid);
    await pause(2);
  }
  return new Map();
}
