/** Which long work one statement of the open session does, and for which tables; T1 to T3 of truth.ts. */
import type { Client } from "pg";
import type { LongWork } from "../../src/lint/finding.ts";
import { blocksReads, blocksWrites, type LockMode } from "../../src/locks/lock-mode.ts";
import {
  type Existing,
  type Indexes,
  listIndexes,
  listTables,
  readLocks,
  type Table,
} from "./server-state.ts";

export interface Truth {
  /**
   * Set when the server refuses the migration: its SQLSTATE; after `history ` when it refuses what
   * comes before, because this version does not have it. Nothing else is known then.
   */
  readonly error?: string;
  readonly positive: boolean;
  /** Sorted; what happened to existing tables under a lock that blocks writes. */
  readonly work: readonly LongWork[];
  /** Existing table -> its strongest lock at the end; reads are left out. */
  readonly locks: Readonly<Record<string, LockMode>>;
}

export interface Statement {
  readonly text: string;
  readonly kind: string;
}

export interface MeasureSession {
  readonly runner: Client;
  /** Texts of the server's messages; emptied by whoever reads them. */
  readonly notices: string[];
  /** The tables that were there before the migration, by oid. */
  readonly before: Existing;
}

/** Runs one statement in the open transaction. */
export async function workOf(
  session: MeasureSession,
  statement: Statement,
): Promise<ReadonlySet<LongWork>> {
  const { runner, notices, before } = session;
  const earlier = await listTables(runner);
  const indexes = await listIndexes(runner);
  notices.length = 0;
  await runner.query(statement.text);
  const messages = notices.splice(0);
  const later = await listTables(runner);
  const locks = await readLocks(runner);
  const named = [
    ...(await announced(runner, messages, [earlier, later])),
    ...rewritten(statement, earlier, later),
  ];
  const work = new Set<LongWork>();
  for (const { oid, kind } of named) {
    if (before.has(oid) && blocks(locks.get(oid))) work.add(kind);
  }
  // Builds, rewrites and lookups read the rows as well: that is no work beside theirs.
  const open = (oid: string): boolean => before.has(oid) && !named.some((one) => one.oid === oid);
  for (const { oid, kind } of readWhole(earlier, later)) {
    const mode = locks.get(oid);
    // Nobody writes to a materialized view but REFRESH, which is what reads it here.
    const waits = kind === "m" ? mode !== undefined && blocksReads(mode) : blocks(mode);
    if (open(oid) && waits) work.add("scan");
  }
  if (statement.kind !== "TruncateStmt") {
    for (const { index, table } of movedIndexes(indexes, await listIndexes(runner))) {
      const filled = (later.get(table)?.pages ?? 0) > 0;
      if (filled && open(table) && blocks(locks.get(index))) work.add("rewrite");
    }
  }
  return work;
}

function blocks(mode: LockMode | undefined): boolean {
  return mode !== undefined && blocksWrites(mode);
}

export interface Suffered {
  readonly oid: string;
  readonly kind: LongWork;
}

/** What the server says about its work at level debug1. */
export async function announced(
  runner: Client,
  messages: readonly string[],
  states: readonly Existing[],
): Promise<Suffered[]> {
  const found: Suffered[] = [];
  const add = (name: string, kind: LongWork): void => {
    for (const table of states.flatMap((state) => [...state.values()])) {
      const now = states.at(-1)?.get(table.oid);
      // A table that was filled before and is empty now has been truncated: its work is nothing.
      if (table.name === name && (now === undefined || now.pages > 0)) {
        found.push({ oid: table.oid, kind });
      }
    }
  };
  for (const message of messages) {
    const verified = /^verifying table "(.*)"$/s.exec(message);
    if (verified) add(verified[1] ?? "", "scan");
    const built = /^building index ".*" on table "(.*)" (?:serially|with request for)/s.exec(
      message,
    );
    if (built) add(built[1] ?? "", "index-build");
    const validated = /^validating foreign key constraint "(.*)"$/s.exec(message);
    if (validated) {
      for (const oid of await endsOf(runner, validated[1] ?? "", states.at(-1))) {
        found.push({ oid, kind: "fk-validation" });
      }
    }
  }
  return found;
}

/**
 * Both tables of a foreign key wait while its rows are compared; there is nothing to compare when
 * the referencing table has no rows. A partitioned table has them in its partitions.
 */
async function endsOf(
  runner: Client,
  constraint: string,
  state: Existing | undefined,
): Promise<string[]> {
  const { rows } = await runner.query<{ referencing: string; referenced: string }>(
    `select c.conrelid::text as referencing, c.confrelid::text as referenced
     from pg_catalog.pg_constraint c where c.contype = 'f' and c.conname = $1`,
    [constraint],
  );
  return rows.flatMap(({ referencing, referenced }) => {
    const table = state?.get(referencing);
    const filled = table !== undefined && (table.kind === "p" || table.pages > 0);
    return filled ? [referencing, referenced] : [];
  });
}

/** TRUNCATE gives a new file, too, and writes nothing into it. */
export function rewritten(statement: Statement, earlier: Existing, later: Existing): Suffered[] {
  if (statement.kind === "TruncateStmt") return [];
  return [...later.values()].flatMap((now): Suffered[] => {
    const then = earlier.get(now.oid);
    const moved = then !== undefined && then.fileNode !== now.fileNode;
    return moved && (now.pages > 0 || then.pages === 0) ? [{ oid: now.oid, kind: "rewrite" }] : [];
  });
}

function readWhole(earlier: Existing, later: Existing): Table[] {
  return [...later.values()].filter(({ oid, rowsRead }) => {
    const then = earlier.get(oid);
    return then !== undefined && rowsRead > then.rowsRead;
  });
}

function movedIndexes(earlier: Indexes, later: Indexes): { index: string; table: string }[] {
  return [...later].flatMap(([index, { table, fileNode }]) => {
    const then = earlier.get(index);
    return then !== undefined && then.fileNode !== fileNode ? [{ index, table }] : [];
  });
}

export function truthOf(
  work: ReadonlySet<LongWork>,
  locks: Readonly<Record<string, LockMode>>,
): Truth {
  return { positive: work.size > 0, work: [...work].toSorted(), locks };
}

export function namedLocks(
  before: Existing,
  locks: ReadonlyMap<string, LockMode>,
): Record<string, LockMode> {
  const named = [...locks].flatMap(([oid, mode]): [string, LockMode][] => {
    const table = before.get(oid);
    return table === undefined || mode === "ACCESS SHARE" ? [] : [[table.name, mode]];
  });
  return Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Errors of the server become a truth; all others are errors of the measurement. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: string };
  if (code === undefined || code.length !== 5) throw error;
  return code;
}

export function failed(error: string): Truth {
  return { error, positive: false, work: [], locks: {} };
}
