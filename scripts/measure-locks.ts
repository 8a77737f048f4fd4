/**
 * Measures which locks a statement takes on relations that were there before it, and what work it
 * does on them. Nothing is taken from documentation: src/trace/observe.ts looks at the server.
 *
 * M1 A statement that can run in a transaction is looked at by its own session between its end and
 *    ROLLBACK; one that cannot is made to wait behind another session, once for each of `behind`.
 * M2 A table that is locked more strongly than for reading, or worked on, must have a role in the
 *    catalogue. Otherwise the measurement fails: a lock that nobody asked about is one that is
 *    forgotten.
 * M3 What a query reads depends on its plan: SELECT, INSERT and the like have no work.
 */
import { type CatalogueEntry, FIXTURE } from "../src/locks/catalogue.ts";
import {
  LOCK_ROLES,
  type LockFacts,
  type LockRole,
  type ShapeFacts,
  WORK_KINDS,
  type WorkKind,
} from "../src/locks/lock-facts.ts";
import { LOCK_MODES, type LockMode, strongest } from "../src/locks/lock-mode.ts";
import { Session } from "../src/postgres/session.ts";
import { type Observation, observeInTransaction, observeWaiting } from "../src/trace/observe.ts";

const SCHEMA = "lock_facts";

/** Tables, views and the like: indexes and sequences are locked along with them all the time. */
const TABLE_KINDS = new Set(["r", "p", "v", "m", "f"]);
const NO_ROLE = "which has no role in the catalogue; give it one";
const BY_PLAN = /^(?:select|insert|update|delete|merge|copy)\b/;

/** Measures the entries that the server's version has; entries of one shape are merged. */
export async function measureLocks(
  url: string,
  major: number,
  entries: readonly CatalogueEntry[],
): Promise<LockFacts> {
  await using sessions = await openSessions(url);
  const facts = new Map<string, Measured>();
  const failed: unknown[] = [];
  for (const entry of entries) {
    if ((entry.since ?? 0) > major) continue;
    try {
      const measured = await measureEntry(sessions, entry);
      // That a constraint proved something in one case says nothing about the shape.
      if (entry.apart !== true) add(facts, entry.id, { ...measured, proof: false });
      if (entry.case !== undefined) add(facts, `${entry.id}:${entry.case}`, measured);
    } catch (error) {
      failed.push(error);
    }
  }
  // All of them at once: whoever extends the catalogue wants to see every entry that is wrong.
  if (failed.length > 0) throw new Error(failed.map(String).join("\n"));
  return Object.fromEntries([...facts.keys()].toSorted().map((id) => [id, written(facts.get(id))]));
}

interface Sessions extends AsyncDisposable {
  /** Runs the statement that is measured. */
  readonly runner: Session;
  /** Holds what the statement has to wait for. */
  readonly holder: Session;
  readonly observer: Session;
}

async function openSessions(url: string): Promise<Sessions> {
  const open = () =>
    Session.openHost(
      { connectionString: url },
      { connectTimeoutMs: 20_000 },
      { applicationName: "lock facts" },
    );
  const [runner, holder, observer] = await Promise.all([open(), open(), open()]);
  for (const session of [runner, holder]) {
    await session.query(`set search_path = ${SCHEMA}, public; set client_min_messages = error`);
  }
  await otherStorage(runner);
  return {
    runner,
    holder,
    observer,
    [Symbol.asyncDispose]: async () => {
      for (const session of [runner, holder, observer]) await session.close();
    },
  };
}

/** A tablespace and an access method that are not the usual ones; both outlive the schema. */
async function otherStorage(session: Session): Promise<void> {
  const there = await session.query(
    "select 1 from pg_catalog.pg_tablespace where spcname = 'lock_facts'",
  );
  if (there.length > 0) return;
  // Inside of the data folder: elsewhere the server's user may not be allowed to write.
  await session.query("set allow_in_place_tablespaces = on");
  await session.query("create tablespace lock_facts location ''");
  await session.query("create access method lock_facts type table handler heap_tableam_handler");
}

interface Measured {
  readonly locks: Map<LockRole, LockMode>;
  readonly work: Map<LockRole, Set<WorkKind>>;
  readonly proof: boolean;
}

async function measureEntry(sessions: Sessions, entry: CatalogueEntry): Promise<Measured> {
  const measured: Measured = { locks: new Map(), work: new Map(), proof: false };
  let proof = false;
  try {
    for (const holds of entry.behind ?? [undefined]) {
      await freshSchema(sessions.runner, entry.setup ?? []);
      const seen = await observe(sessions, entry.statement, holds);
      read(seen, entry, measured);
      proof ||= seen.proofs.length > 0;
    }
  } catch (error) {
    const id = entry.case === undefined ? entry.id : `${entry.id}:${entry.case}`;
    throw new Error(`\`${id}\` cannot be measured (${entry.statement}): ${String(error)}`, {
      cause: error,
    });
  }
  return { ...measured, proof };
}

async function observe(
  { runner, holder, observer }: Sessions,
  statement: string,
  holds: string | undefined,
): Promise<Observation> {
  if (holds !== undefined) {
    return observeWaiting(runner, observer, statement, {
      hold: async () => void (await holder.query(`begin; ${holds}`)),
      release: () => holder.rollback(),
    });
  }
  await runner.query("begin");
  try {
    return await observeInTransaction(runner, statement);
  } finally {
    await runner.rollback();
  }
}

async function freshSchema(session: Session, setup: readonly string[]): Promise<void> {
  await session.query(
    [
      "set timezone = 'UTC'",
      "drop publication if exists lockstep_facts",
      `drop schema if exists ${SCHEMA} cascade`,
      `create schema ${SCHEMA}`,
      ...FIXTURE,
      ...setup,
    ].join(";\n"),
  );
}

function read(seen: Observation, entry: CatalogueEntry, { locks, work }: Measured): void {
  const roles = new Map(
    Object.entries(entry.targets).map(([role, name]) => [`${SCHEMA}.${name}`, role as LockRole]),
  );
  for (const { relation, kind, mode, existed } of seen.locks.toSorted(strongerFirst)) {
    const role = roles.get(relation);
    if (role !== undefined) raise(locks, role, mode);
    else if (existed && mode !== "ACCESS SHARE" && TABLE_KINDS.has(kind)) {
      throw new Error(`takes ${mode} on \`${bare(relation)}\`, ${NO_ROLE}`);
    }
  }
  if (BY_PLAN.test(entry.id)) return;
  for (const { relation, kind, existed, message } of seen.work) {
    if (!existed) continue;
    const role = roles.get(relation);
    if (role === undefined) {
      throw new Error(`works on \`${bare(relation)}\` (${message}), ${NO_ROLE}`);
    }
    work.set(role, (work.get(role) ?? new Set()).add(kind));
  }
}

function strongerFirst(one: { mode: LockMode }, other: { mode: LockMode }): number {
  return LOCK_MODES.indexOf(other.mode) - LOCK_MODES.indexOf(one.mode);
}

function bare(relation: string): string {
  return relation.slice(SCHEMA.length + 1);
}

function add(facts: Map<string, Measured>, id: string, { locks, work, proof }: Measured): void {
  const before = facts.get(id);
  const merged: Measured = {
    locks: new Map(before?.locks),
    work: new Map(before?.work),
    proof: proof || (before?.proof ?? false),
  };
  for (const [role, mode] of locks) raise(merged.locks, role, mode);
  for (const [role, kinds] of work) {
    merged.work.set(role, new Set([...(merged.work.get(role) ?? []), ...kinds]));
  }
  facts.set(id, merged);
}

function raise(locks: Map<LockRole, LockMode>, role: LockRole, mode: LockMode): void {
  const before = locks.get(role);
  locks.set(role, strongest(before ? [before, mode] : [mode]) ?? mode);
}

/** In the order of the vocabulary, so that the file depends on nothing else. */
function written(measured: Measured | undefined): ShapeFacts {
  const { locks, work, proof } = measured ?? { locks: new Map(), work: new Map(), proof: false };
  const roles = <T>(of: ReadonlyMap<LockRole, T>) => LOCK_ROLES.filter((role) => of.has(role));
  const kinds = (role: LockRole) => WORK_KINDS.filter((kind) => work.get(role)?.has(kind) === true);
  return {
    locks: Object.fromEntries(roles(locks).map((role) => [role, locks.get(role)])),
    ...(work.size > 0 && {
      work: Object.fromEntries(roles(work).map((role) => [role, kinds(role)])),
    }),
    ...(proof && { proof: true }),
  };
}
