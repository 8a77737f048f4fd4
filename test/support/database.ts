/**
 * A database of its own for each test, cloned in milliseconds, and the check that a test leaves
 * nothing behind in it: no session, no lock.
 */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { runSql } from "../../src/postgres/admin.ts";
import { quoteIdent } from "../../src/postgres/identifiers.ts";
import { createDatabaseSql } from "../../src/sandbox/create-database.ts";
import { inHistorySchema, searchPathSql } from "./elsewhere.ts";
import { sharedServer, sharedUrl } from "./postgres.ts";

export type Row = Record<string, unknown>;

export interface AdminClient {
  /** The rows of one statement, on a connection that stays open until `drop`. */
  query<R extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** The server process behind it; not counted as a leftover. */
  readonly pid: number;
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly name: string;
  readonly admin: AdminClient;
  drop(): Promise<void>;
}

/** Applications of the test helpers begin so, and are no leftovers of the code under test. */
const HELPER_PREFIX = "test ";

const LEFTOVERS = `
  select a.pid, a.application_name, a.state, a.wait_event, left(a.query, 200) as query,
         (select count(*) from pg_catalog.pg_locks l
           where l.pid = a.pid and l.locktype = 'advisory') as advisory_locks
  from pg_catalog.pg_stat_activity a
  where a.datname = pg_catalog.current_database()
    and a.backend_type in ('client backend', 'parallel worker')
    and a.application_name not like $1 || '%'`;

// Prepared transactions and locks of vanished sessions have no row in pg_stat_activity.
const OTHER_LOCKS = `
  select l.pid, l.locktype, l.mode, l.classid, l.objid, l.granted
  from pg_catalog.pg_locks l
  where l.locktype = 'advisory'
    and l.database = (select oid from pg_catalog.pg_database
                      where datname = pg_catalog.current_database())
    and l.pid is distinct from pg_catalog.pg_backend_pid()`;

export async function freshDatabase(template = "template1"): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  await runSql(sharedUrl(), createDatabaseSql(name, template, sharedServer().version));
  const url = sharedUrl(name);
  for (const sql of searchPathSql(name)) await runSql(url, sql);
  const client = await connect(url, `${HELPER_PREFIX}admin`);
  const pid = (await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid"))
    .rows[0]!.pid;
  const admin: AdminClient = {
    pid,
    query: async <R extends Row>(sql: string, params: readonly unknown[] = []) =>
      (await client.query<R>(inHistorySchema(sql), [...params])).rows,
  };
  const drop = async (): Promise<void> => {
    await client.end();
    await runSql(sharedUrl(), `drop database if exists ${quoteIdent(name)} with (force)`);
  };
  return { url, name, admin, drop, [Symbol.asyncDispose]: drop };
}

/**
 * Fails when sessions or advisory locks remain. A session that was closed by its client lives for
 * a moment longer in the server, so it has `withinMs` to go.
 */
export async function expectNoLeftovers(db: TestDatabase, withinMs = 2_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const sessions = await db.admin.query(LEFTOVERS, [HELPER_PREFIX]);
    const locks = await db.admin.query(OTHER_LOCKS);
    if (sessions.length === 0 && locks.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`left behind in ${db.name}: ${JSON.stringify({ sessions, locks }, null, 2)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A connected client of the tests; the caller ends it. */
export async function connect(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName });
  // Tests kill servers and sessions: the next query reports it, the process must survive.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
