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
  type Truth,
  truthOf,
  workOf,
} from "./work.ts";

const WAIT_DEADLINE_MS = 20_000;

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
  const { runner, notices, before } = session;
  const holder = new Client({ connectionString: url });
  await holder.connect();
  try {
    const earlier = await listTables(runner);
    await holdForWriting(holder);
    notices.length = 0;
    const { rows } = await runner.query<{ pid: number }>(
      "select pg_catalog.pg_backend_pid() as pid",
    );
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
    const messages = notices.splice(0);
    const later = await listTables(runner);
    const suffered = [
      ...(await announced(runner, messages, [earlier, later])),
      ...rewritten(statement, earlier, later),
    ];
    const work = suffered.filter(({ oid }) => before.has(oid) && locks.has(oid));
    return { work: new Set(work.map(({ kind }) => kind)), locks };
  } finally {
    await holder.end();
  }
}

async function holdForWriting(holder: Client): Promise<void> {
  const { rows } = await holder.query<{ schema: string; name: string }>(
    `select n.nspname::text as schema, c.relname::text as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.oid >= 16384 and n.nspname not like 'pg\\_%'
       and n.nspname <> 'information_schema'`,
  );
  await holder.query("begin");
  for (const { schema, name } of rows) {
    await holder.query(`lock table only ${qualified(schema, name)} in row exclusive mode`);
  }
}

/** What the statement waits for; empty when it ends, or waits for transactions and not for a table. */
async function awaited(
  observer: Client,
  pid: number,
  ended: () => boolean,
): Promise<ReadonlyMap<string, LockMode>> {
  const deadline = performance.now() + WAIT_DEADLINE_MS;
  while (!ended() && performance.now() < deadline) {
    const locks = await readAwaited(observer, pid);
    if (locks.size > 0) return locks;
    const { rowCount } = await observer.query(
      "select from pg_catalog.pg_locks where pid = $1 and not granted",
      [pid],
    );
    if (rowCount !== 0) return locks;
    await pause(2);
  }
  return new Map();
}
