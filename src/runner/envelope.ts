/**
 * What surrounds the author's statements in every work transaction: settings, lock, markers before;
 * guards, history and COMMIT after. Pure: builds the messages, executes nothing.
 *
 * E1. *Applied* means: no error on any message, the history row affected one row, and the final
 *     tag is exactly COMMIT (after an error, COMMIT answers ROLLBACK without an error).
 * E2. A guard that does not hold raises an error in the same transaction: a message behind it,
 *     history row and COMMIT included, is never executed.
 * E3. Around a quiet file (sql/quiet.ts) only the backend and the epoch are checked, by the history
 *     statement itself: plain DDL can change nothing else that the guards protect.
 */
import { quoteIdent } from "../postgres/identifiers.ts";
import { heldLocks, markTransaction } from "../postgres/advisory-lock.ts";
import { constantItem, type BatchItem } from "../postgres/batch.ts";
import type { LockedRun } from "./locked-run.ts";
import { ANY_EVENT_TRIGGER, RESET_SESSION, sessionSettings } from "./session-settings.ts";

/** Explicit on purpose: a leaked or configured default must not decide. */
export const BEGIN: BatchItem = constantItem("begin isolation level read committed read write");
export const COMMIT: BatchItem = constantItem("commit");
const FLUSH_LATER: BatchItem = constantItem("set local synchronous_commit = off");
const RESET: readonly BatchItem[] = RESET_SESSION.map(constantItem);
const RESET_ROLE: readonly BatchItem[] = ["reset session authorization", "reset role"].map(
  constantItem,
);

/** The guards, by the name that appears in the server's error when one does not hold. */
export const GUARDS = {
  /** Another runner has the lock at this moment (pooled connection). */
  busy: "lockstep.guard_busy",
  /** Another runner applied something since the history was read. */
  moved: "lockstep.guard_moved",
  /** The run lock is gone: pg_advisory_unlock_all, DISCARD ALL, or a switched backend. */
  lockLost: "lockstep.guard_lock_lost",
  /** The file ended our transaction and perhaps began another. */
  transaction: "lockstep.guard_transaction",
} as const;

export type GuardName = keyof typeof GUARDS;

/** current_setting of a name that does not exist raises; CASE evaluates it only when it must. */
function guard(condition: string, name: GuardName): string {
  return `case when ${condition} then 'ok' else pg_catalog.current_setting('${GUARDS[name]}') end`;
}

export interface EnvelopeOptions {
  readonly capMs?: number;
  readonly statementTimeoutMs?: number;
  readonly role?: string;
  /** The name of the session says it while it lasts; see session-names.ts. */
  readonly migration?: string;
  /** Leave the flush of this commit to a later one; see flush-policy.ts. */
  readonly asynchronousCommit?: boolean;
  /** A later statement of the same file: what its earlier ones SET stays. */
  readonly keepSession?: boolean;
  /**
   * The file runs no code (sql/quiet.ts): it cannot end the transaction, give up a lock or change
   * the role, so what guards against that is left out, and the guards travel in the record (E3).
   */
  readonly quiet?: boolean;
}

export function opening(run: LockedRun, options: EnvelopeOptions): BatchItem[] {
  const { ctx } = run;
  const pooled = run.connection === "pooled";
  const items: BatchItem[] = [BEGIN];
  if (run.used && !pooled && !options.keepSession) items.push(...RESET);
  // A session that only quiet files have used still has the settings that it was given.
  const settled = !pooled && !run.used && options.quiet === true;
  if (!settled)
    items.push({
      text: sessionSettings(ctx, run.server, {
        local: pooled,
        // The settings of a quiet file stay for the ones after it, which send none of their own.
        ...(options.migration !== undefined && !options.quiet && { migration: options.migration }),
        ...(options.capMs !== undefined && { capMs: options.capMs }),
        ...(options.statementTimeoutMs !== undefined && {
          statementTimeoutMs: options.statementTimeoutMs,
        }),
      }),
    });
  if (pooled) {
    items.push({
      text: `select ${guard(`pg_catalog.pg_try_advisory_xact_lock(${ctx.lock.key})`, "busy")}`,
    });
    items.push({ text: `select ${guard(epochIs(run), "moved")}` });
  } else if (!options.quiet) {
    items.push({ text: markTransaction(ctx.marker) });
  }
  if (options.asynchronousCommit) items.push(FLUSH_LATER);
  if (options.role !== undefined) {
    items.push({ text: `set local role ${quoteIdent(options.role)}` });
  }
  return items;
}

/**
 * After the author's statements. On a pooled connection the run lock is itself a transaction-level
 * lock, so it is also the marker of the transaction; and the epoch moves with every commit.
 */
export function closing(run: LockedRun, records: readonly BatchItem[]): BatchItem[] {
  const { ctx } = run;
  const pooled = run.connection === "pooled";
  const held = pooled
    ? heldLocks({ marker: ctx.lock })
    : heldLocks({ marker: ctx.marker, run: ctx.lock });
  const guards = [guard("held.marker", "transaction")];
  if (!pooled) guards.push(guard("held.run", "lockLost"));
  guards.push(guard(epochIs(run), "moved"));
  return [
    ...RESET_ROLE,
    { text: `select ${ANY_EVENT_TRIGGER}, ${guards.join(", ")} from ${held} held` },
    ...records,
    ...(pooled ? [{ text: `update ${ctx.names.state} set epoch = epoch + 1` }] : []),
    COMMIT,
  ];
}

/** After a quiet file: `records` carry `recordGuard` themselves. */
export function quietClosing(records: readonly BatchItem[]): BatchItem[] {
  return [...records, COMMIT];
}

/**
 * An expression that is 'ok', or raises: the backend is the one that took the run lock, which no
 * quiet file can have given up, and the epoch is still ours. For a direct connection.
 */
export function recordGuard(run: LockedRun): string {
  const backend = guard(`pg_catalog.pg_backend_pid() = ${run.pid}`, "lockLost");
  return `case when ${epochIs(run)} then ${backend} else pg_catalog.current_setting('${GUARDS.moved}') end`;
}

/** The guard that an error of the server names, if it is one of ours. */
export function guardOf(message: string): GuardName | undefined {
  return (Object.keys(GUARDS) as GuardName[]).find((name) => message.includes(`"${GUARDS[name]}"`));
}

function epochIs(run: LockedRun): string {
  return `(select s.epoch from ${run.ctx.names.state} s) = ${BigInt(run.epoch)}`;
}
