/**
 * Watches one statement: which locks it takes, what work it does on whole relations, and what is
 * different after it. Everything is seen on the server; nothing is concluded from the text.
 *
 * W1 A statement inside a transaction is looked at by its own session at its end: table locks are
 *    held until COMMIT. Locks that the transaction held before are not its own.
 * W2 One that cannot run in a transaction is made to wait behind another session, and looked at
 *    while it waits; what it holds and what it waits for both count. Then it runs to its end.
 * W3 The server speaks C and at debug1 for the length of the statement only.
 */
import { setTimeout as pause } from "node:timers/promises";
import { LOCK_MODES, type LockMode, pgLocksName } from "../locks/lock-mode.ts";
import type { ObservedSession } from "./observed-session.ts";
import { type Changes, changesBetween, readRelations, type Relations } from "./relations.ts";
import { type ObservedWork, workOf } from "./work.ts";

export type { Changes } from "./relations.ts";
export type { ObservedSession } from "./observed-session.ts";
export type { ObservedWork } from "./work.ts";

export interface ObservedLock {
  readonly oid: string;
  /** With its schema, quoted where it has to be. */
  readonly relation: string;
  /** `relkind`. */
  readonly kind: string;
  readonly mode: LockMode;
  /** Whether the relation was there before the statement. */
  readonly existed: boolean;
  /** False for what it was still waiting for when it was looked at. */
  readonly granted: boolean;
}

export interface Observation {
  /** On relations that are not the server's own; a relation may be there once for each mode. */
  readonly locks: readonly ObservedLock[];
  readonly work: readonly ObservedWork[];
  /** What the server said about work that a constraint made unnecessary. */
  readonly proofs: readonly string[];
  readonly durationMs: number;
  readonly changed: Changes;
}

const WAIT_DEADLINE_MS = 20_000;

const MODE_OF: ReadonlyMap<string, LockMode> = new Map(
  LOCK_MODES.map((mode) => [pgLocksName(mode), mode]),
);

/**
 * The session is in a transaction and stays in it. An error of the statement is thrown as it is; the
 * transaction has then failed.
 */
export async function observeInTransaction(
  session: ObservedSession,
  statement: string,
): Promise<Observation> {
  const pid = await backendPid(session);
  const before = await readRelations(session);
  const foreignKeys = await readForeignKeys(session);
  const held = new Set((await readLocks(session, pid)).map(keyOf));
  const { messages, durationMs } = await runAloud(session, statement, "transaction");
  const locks = (await readLocks(session, pid)).filter((lock) => !held.has(keyOf(lock)));
  return conclude(session, { statement, messages, durationMs, before, foreignKeys, locks });
}

/** Another session's locks, behind which the statement has to wait. */
export interface Obstacle {
  hold(): Promise<void>;
  release(): Promise<void>;
}

/** The session is in no transaction. `observer` is a second one that may look at pg_locks. */
export async function observeWaiting(
  session: ObservedSession,
  observer: ObservedSession,
  statement: string,
  obstacle: Obstacle,
): Promise<Observation> {
  const pid = await backendPid(session);
  const before = await readRelations(session);
  const foreignKeys = await readForeignKeys(session);
  await obstacle.hold();
  const running = runAloud(session, statement, "session");
  // Attached now, so that an early error is not reported as an unhandled one.
  const ended = running.then(
    () => "ended" as const,
    () => "ended" as const,
  );
  let locks: RawLock[];
  try {
    await untilWaiting(observer, pid, ended);
    locks = await readLocks(observer, pid);
  } finally {
    await obstacle.release();
    // Its error is the one that matters: a statement that failed did not wait.
    await running;
  }
  const { messages, durationMs } = await running;
  return conclude(session, { statement, messages, durationMs, before, foreignKeys, locks });
}

interface Run {
  readonly messages: readonly string[];
  readonly durationMs: number;
}

/** Runs the statement with the server's debug messages, which are kept from the usual listener. */
async function runAloud(
  session: ObservedSession,
  statement: string,
  scope: "transaction" | "session",
): Promise<Run> {
  const messages: string[] = [];
  const listener = session.onNotice;
  const language = await setForNow(session, "lc_messages", "C", scope);
  const level = await setForNow(session, "client_min_messages", "debug1", scope);
  session.onNotice = (notice) => {
    if (notice.severity.startsWith("DEBUG")) messages.push(notice.message);
    else listener?.(notice);
  };
  const start = performance.now();
  let durationMs: number;
  try {
    await session.script(statement);
    durationMs = performance.now() - start;
  } finally {
    session.onNotice = listener;
    // After an error inside a transaction the server takes them back by itself, and nothing else.
    if (scope === "session") await restore(session, level, language, scope);
  }
  if (scope === "transaction") await restore(session, level, language, scope);
  return { messages, durationMs };
}

interface Setting {
  readonly name: string;
  readonly before: string;
}

/** Undefined when it has that value already: lc_messages is for superusers only. */
async function setForNow(
  session: ObservedSession,
  name: string,
  value: string,
  scope: "transaction" | "session",
): Promise<Setting | undefined> {
  const [row] = await session.query("select pg_catalog.current_setting($1) as before", [name]);
  const before = row?.["before"] ?? "";
  if (before === value) return undefined;
  await setting(session, { name, before: value }, scope);
  return { name, before };
}

async function restore(
  session: ObservedSession,
  level: Setting | undefined,
  language: Setting | undefined,
  scope: "transaction" | "session",
): Promise<void> {
  for (const one of [level, language]) if (one) await setting(session, one, scope);
}

async function setting(
  session: ObservedSession,
  { name, before }: Setting,
  scope: "transaction" | "session",
): Promise<void> {
  await session.query("select pg_catalog.set_config($1, $2, $3)", [
    name,
    before,
    String(scope === "transaction"),
  ]);
}

interface RawLock {
  readonly oid: string;
  readonly mode: LockMode;
  readonly granted: boolean;
}

async function readLocks(session: ObservedSession, pid: string): Promise<RawLock[]> {
  const rows = await session.query(
    `select distinct l.relation::text as oid, l.mode, l.granted::text as granted
     from pg_catalog.pg_locks l
     where l.pid = $1::int
       and l.locktype = 'relation'
       and l.database = (select d.oid from pg_catalog.pg_database d
                         where d.datname = pg_catalog.current_database())
     order by 1, 2`,
    [pid],
  );
  return rows.flatMap((row) => {
    const mode = MODE_OF.get(row["mode"] ?? "");
    return mode ? [{ oid: row["oid"] ?? "", mode, granted: row["granted"] === "true" }] : [];
  });
}

function keyOf({ oid, mode }: RawLock): string {
  return `${oid} ${mode}`;
}

/** Until the backend waits for a heavyweight lock; it then holds all that it takes before that. */
async function untilWaiting(
  observer: ObservedSession,
  pid: string,
  ended: Promise<"ended">,
): Promise<void> {
  const deadline = performance.now() + WAIT_DEADLINE_MS;
  while (performance.now() < deadline) {
    const waiting = await observer.query(
      "select 1 from pg_catalog.pg_locks where pid = $1::int and not granted",
      [pid],
    );
    if (waiting.length > 0) return;
    if ((await Promise.race([ended, pause(2, "running" as const)])) === "ended") {
      throw new Error("the statement ended without waiting: its holder does not stop it");
    }
  }
  throw new Error("the statement did not begin to wait in time");
}

interface Seen extends Run {
  readonly statement: string;
  readonly before: Relations;
  readonly foreignKeys: ReadonlyMap<string, ForeignKey>;
  readonly locks: readonly RawLock[];
}

async function conclude(session: ObservedSession, seen: Seen): Promise<Observation> {
  const { statement, messages, before, foreignKeys, locks, durationMs } = seen;
  const after = await readRelations(session);
  const { work, proofs } = workOf({
    statement,
    messages,
    before,
    after,
    locked: new Set(locks.map(({ oid }) => oid)),
    foreignKeys: newlyValidated(foreignKeys, await readForeignKeys(session)),
  });
  return {
    locks: locks.flatMap(({ oid, mode, granted }) => {
      // Dropped by the statement, or made by it; system catalogs are in neither.
      const relation = before.get(oid) ?? after.get(oid);
      if (relation === undefined) return [];
      const { name, kind } = relation;
      return [{ oid, relation: name, kind, mode, existed: before.has(oid), granted }];
    }),
    work,
    proofs,
    durationMs,
    changed: changesBetween(before, after),
  };
}

interface ForeignKey {
  readonly name: string;
  /** The table that refers to another one. */
  readonly table: string;
}

/** The validated ones, by oid. */
async function readForeignKeys(session: ObservedSession): Promise<Map<string, ForeignKey>> {
  const rows = await session.query(
    `select oid::text as oid, conname::text as name, conrelid::text as "table"
     from pg_catalog.pg_constraint where contype = 'f' and convalidated`,
  );
  return new Map(
    rows.map(({ oid, name, table }) => [oid ?? "", { name: name ?? "", table: table ?? "" }]),
  );
}

/** By name, the tables with a foreign key that is validated now and was not before. */
function newlyValidated(
  before: ReadonlyMap<string, ForeignKey>,
  after: ReadonlyMap<string, ForeignKey>,
): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [oid, { name, table }] of after) {
    if (!before.has(oid)) byName.set(name, [...(byName.get(name) ?? []), table]);
  }
  return byName;
}

async function backendPid(session: ObservedSession): Promise<string> {
  const [row] = await session.query("select pg_catalog.pg_backend_pid()::text as pid");
  return row?.["pid"] ?? "";
}
