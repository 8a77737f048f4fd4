/**
 * Measures which locks a statement takes on relations that were there before it. Nothing is taken
 * from documentation: the modes are what pg_locks shows for the backend that runs the statement.
 *
 * M1 A statement that can run in a transaction is looked at by its own session between its end and
 *    ROLLBACK: table locks are held until then.
 * M2 One that cannot is made to wait behind another session, and looked at while it waits; what it
 *    holds and what it waits for both count.
 * M3 A table that is locked more strongly than for reading must have a role in the catalogue.
 *    Otherwise the measurement fails: a lock that nobody asked about is a lock that is forgotten.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { type CatalogueEntry, FIXTURE } from "../src/locks/catalogue.ts";
import { LOCK_ROLES, type LockFacts, type LockRole } from "../src/locks/lock-facts.ts";
import { LOCK_MODES, type LockMode, pgLocksName, strongest } from "../src/locks/lock-mode.ts";

const SCHEMA = "lock_facts";
const WAIT_DEADLINE_MS = 20_000;

const MODE_OF: ReadonlyMap<string, LockMode> = new Map(
  LOCK_MODES.map((mode) => [pgLocksName(mode), mode]),
);

/** Tables, views and the like: indexes and sequences are locked along with them all the time. */
const TABLE_KINDS = new Set(["r", "p", "v", "m", "f"]);

interface Relation {
  readonly name: string;
  readonly kind: string;
}

type RelationsByOid = ReadonlyMap<string, Relation>;
type Locks = Map<string, LockMode>;

/** Measures the entries that the server's version has; entries of one shape are merged. */
export async function measureLocks(
  url: string,
  major: number,
  entries: readonly CatalogueEntry[],
): Promise<LockFacts> {
  await using sessions = await openSessions(url);
  const facts: Record<string, Partial<Record<LockRole, LockMode>>> = {};
  const failed: unknown[] = [];
  for (const entry of entries) {
    if ((entry.since ?? 0) > major) continue;
    const shape = (facts[entry.id] ??= {});
    try {
      for (const [role, mode] of await measureEntry(sessions, entry)) {
        shape[role] = strongest([mode, ...(shape[role] ? [shape[role]] : [])]) ?? mode;
      }
    } catch (error) {
      failed.push(error);
    }
  }
  // All of them at once: whoever extends the catalogue wants to see every entry that is wrong.
  if (failed.length > 0) throw new Error(failed.map(String).join("\n"));
  return sorted(facts);
}

interface Sessions extends AsyncDisposable {
  /** Runs the statement that is measured. */
  readonly runner: Client;
  /** Holds what the statement has to wait for. */
  readonly holder: Client;
  readonly observer: Client;
}

async function openSessions(url: string): Promise<Sessions> {
  const clients = [1, 2, 3].map(() => new Client({ connectionString: url }));
  const [runner, holder, observer] = clients as [Client, Client, Client];
  for (const client of clients) {
    await client.connect();
    await client.query(`set search_path = ${SCHEMA}, public; set client_min_messages = error`);
  }
  return {
    runner,
    holder,
    observer,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client.end();
    },
  };
}

async function measureEntry(
  sessions: Sessions,
  entry: CatalogueEntry,
): Promise<Map<LockRole, LockMode>> {
  const seen: Locks = new Map();
  let relations: RelationsByOid = new Map();
  try {
    for (const holds of entry.behind ?? [undefined]) {
      relations = await freshSchema(sessions.runner, entry.setup ?? []);
      const locks =
        holds === undefined
          ? await locksInTransaction(sessions.runner, entry.statement, relations)
          : await locksWhileWaiting(sessions, entry.statement, holds, relations);
      for (const [name, mode] of locks) merge(seen, name, mode);
    }
  } catch (error) {
    throw new Error(`\`${entry.id}\` cannot be measured (${entry.statement}): ${String(error)}`, {
      cause: error,
    });
  }
  refuseForgottenLocks(entry, seen, relations);
  const roles = new Map<LockRole, LockMode>();
  for (const role of LOCK_ROLES) {
    const mode = seen.get(entry.targets[role] ?? "");
    if (mode) roles.set(role, mode);
  }
  return roles;
}

async function freshSchema(client: Client, setup: readonly string[]): Promise<RelationsByOid> {
  await client.query(
    [
      "drop publication if exists lockstep_facts",
      `drop schema if exists ${SCHEMA} cascade`,
      `create schema ${SCHEMA}`,
      ...FIXTURE,
      ...setup,
    ].join(";\n"),
  );
  const { rows } = await client.query<{ oid: string; name: string; kind: string }>(
    `select c.oid::text as oid, c.relname::text as name, c.relkind::text as kind
     from pg_catalog.pg_class c
     where c.relnamespace = '${SCHEMA}'::pg_catalog.regnamespace`,
  );
  return new Map(rows.map((row) => [row.oid, row]));
}

async function locksInTransaction(
  client: Client,
  statement: string,
  relations: RelationsByOid,
): Promise<Locks> {
  await client.query("begin");
  try {
    await client.query(statement);
    return await readLocks(client, await backendPid(client), relations);
  } finally {
    await client.query("rollback");
  }
}

async function locksWhileWaiting(
  { runner, holder, observer }: Sessions,
  statement: string,
  holds: string,
  relations: RelationsByOid,
): Promise<Locks> {
  const pid = await backendPid(runner);
  await holder.query("begin");
  await holder.query(holds);
  const running = runner.query(statement);
  // Attached now, so that an early error is not reported as an unhandled one.
  const ended = running.then(
    () => "ended" as const,
    () => "ended" as const,
  );
  try {
    await untilWaiting(observer, pid, ended);
    return await readLocks(observer, pid, relations);
  } finally {
    await holder.query("rollback");
    await running;
  }
}

/** Until the backend waits for a heavyweight lock; it then holds all that it takes before that. */
async function untilWaiting(observer: Client, pid: number, ended: Promise<"ended">): Promise<void> {
  const deadline = performance.now() + WAIT_DEADLINE_MS;
  while (performance.now() < deadline) {
    const { rowCount } = await observer.query(
      "select from pg_catalog.pg_locks where pid = $1 and not granted",
      [pid],
    );
    if (rowCount !== 0) return;
    if ((await Promise.race([ended, pause(2, "running" as const)])) === "ended") {
      throw new Error("the statement ended without waiting: its holder does not stop it");
    }
  }
  throw new Error("the statement did not begin to wait in time");
}

/** System catalogs and objects that the statement itself made are not in `relations`. */
async function readLocks(client: Client, pid: number, relations: RelationsByOid): Promise<Locks> {
  const { rows } = await client.query<{ oid: string; mode: string }>(
    `select l.relation::text as oid, l.mode
     from pg_catalog.pg_locks l
     where l.pid = $1
       and l.locktype = 'relation'
       and l.database = (select d.oid from pg_catalog.pg_database d
                         where d.datname = pg_catalog.current_database())`,
    [pid],
  );
  const locks: Locks = new Map();
  for (const { oid, mode } of rows) {
    const relation = relations.get(oid);
    const known = MODE_OF.get(mode);
    if (relation && known) merge(locks, relation.name, known);
  }
  return locks;
}

function refuseForgottenLocks(
  entry: CatalogueEntry,
  locks: Locks,
  relations: RelationsByOid,
): void {
  const claimed = new Set<string>(Object.values(entry.targets));
  const kinds = new Map([...relations.values()].map(({ name, kind }) => [name, kind]));
  for (const [name, mode] of locks) {
    if (claimed.has(name) || mode === "ACCESS SHARE") continue;
    if (TABLE_KINDS.has(kinds.get(name) ?? "")) {
      throw new Error(
        `\`${entry.id}\` takes ${mode} on \`${name}\`, which has no role in the catalogue; give it one`,
      );
    }
  }
}

function merge(locks: Locks, name: string, mode: LockMode): void {
  const before = locks.get(name);
  locks.set(name, strongest(before ? [before, mode] : [mode]) ?? mode);
}

async function backendPid(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  const pid = rows[0]?.pid;
  if (pid === undefined) throw new Error("the server does not tell its process id");
  return pid;
}

function sorted(facts: Record<string, Partial<Record<LockRole, LockMode>>>): LockFacts {
  const result: Record<string, Partial<Record<LockRole, LockMode>>> = {};
  for (const id of Object.keys(facts).toSorted()) {
    const shape: Partial<Record<LockRole, LockMode>> = {};
    for (const role of LOCK_ROLES) {
      const mode = facts[id]?.[role];
      if (mode) shape[role] = mode;
    }
    result[id] = shape;
  }
  return result;
}
