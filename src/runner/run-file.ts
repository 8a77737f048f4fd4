/**
 * A transactional file: one transaction, one batch, one round trip (see envelope.ts and batch.ts).
 *
 * F1. A connection lost any time after the first byte is ambiguous; it is thrown on as it is, and
 *     the state machine finds out under the lock whether the history row is there.
 */
import { Failure, type SourceLocation } from "../failures/failure.ts";
import { BatchError, type BatchItem, type BatchItemResult } from "../postgres/batch.ts";
import { deleteApplied, insertApplied, insertAudit, journalClear } from "../history/write.ts";
import { withAttempts, type Unit } from "./attempts.ts";
import { forcedItems } from "./forced.ts";
import {
  closing,
  GUARDS,
  guardOf,
  opening,
  quietClosing,
  recordGuard,
  type EnvelopeOptions,
} from "./envelope.ts";
import { faultPoint } from "./fault-points.ts";
import type { LockedRun } from "./locked-run.ts";
import { arm, prelock, rearm } from "./prelock.ts";
import type { Prepared, PreparedSql, PreparedStatement } from "./prepare.ts";
import { errorLocation, toFailure } from "./statement-failure.ts";

export interface FileOptions {
  readonly asynchronousCommit: boolean;
  readonly lookedAhead?: Unit["lookedAhead"];
}

export async function runFile(
  run: LockedRun,
  prepared: PreparedSql,
  options: FileOptions,
): Promise<void> {
  const quiet = isQuietHere(run, prepared);
  const envelope = { ...envelopeOf(run, prepared, options.asynchronousCommit), quiet };
  const { capMs } = envelope;
  const unit: Unit = {
    migration: prepared.migration.id,
    wanted: prepared.wanted,
    capMs,
    at: () => firstLocking(prepared, prepared.statements),
    ...(options.lookedAhead && { lookedAhead: options.lookedAhead }),
  };
  await withAttempts(run, unit, async ({ tries, autovacuum }) => {
    const before = opening(run, envelope);
    // Taking one lock ahead of its statement gains nothing, unless an autovacuum has to yield first.
    const ahead = tries > 1 || autovacuum || needsOrder(prepared.wanted);
    const body = authorItems(prepared.statements, ahead ? prepared.wanted : [], capMs);
    const guard = quiet ? recordGuard(run) : undefined;
    const records = historyItems(run, prepared, { guard });
    // Its text is the same for all quiet files but those that end a journal.
    const parsed = run.recordParsed;
    const usual = records.length === 1 && run.contracts?.has(prepared.migration) !== true;
    const named = quiet && prepared.direction === "up" && usual;
    if (named) {
      records[0] = { ...records[0]!, named: { name: RECORD_NAME, parsed } };
    }
    await runTransaction(run, {
      items: [...before, ...body.items, ...(quiet ? quietClosing(records) : closing(run, records))],
      recordTags: [prepared.direction === "up" ? "INSERT 0 1" : "DELETE 1"],
      recordCount: records.length,
      // The statement that an error belongs to is found by its place in the batch.
      explain: (index, cause) => {
        const statement = body.statementAt(index - before.length);
        return toFailure(cause, {
          migration: prepared.migration.id,
          file: prepared.file.path,
          role: prepared.directives.role ?? run.user,
          ...(statement && { location: errorLocation(prepared, statement, cause) }),
        });
      },
      onSent: () => faultPoint("file-sent"),
    });
    if (quiet) {
      run.used = false;
      run.recordParsed = parsed || named;
    }
  });
}

/** Where the locks are first needed. */
export function firstLocking(
  prepared: PreparedSql,
  statements: readonly PreparedStatement[],
): SourceLocation | undefined {
  const statement = statements.find(({ locks }) => locks.length > 0);
  return statement && errorLocation(prepared, statement, undefined);
}

const RECORD_NAME = "lockstep_record";

/**
 * Quiet also needs a session whose settings are the usual ones, and a database where no event
 * trigger runs code at DDL. A retried file is not trusted to have left nothing.
 */
function isQuietHere(run: LockedRun, prepared: PreparedSql): boolean {
  const { lockTimeoutMs, statementTimeoutMs, role } = prepared.directives;
  const usual =
    lockTimeoutMs === undefined && statementTimeoutMs === undefined && role === undefined;
  return prepared.quiet && usual && run.connection === "direct" && !run.eventTriggers;
}

/** Several locks are taken in one canonical order, and DROP TABLE takes more than it names. */
function needsOrder(wanted: Prepared["wanted"]): boolean {
  return wanted.length > 1 || wanted.some(({ dropsTable }) => dropsTable);
}

export function envelopeOf(
  run: LockedRun,
  prepared: Prepared,
  asynchronousCommit = false,
): EnvelopeOptions & { readonly capMs: number } {
  const { lockTimeoutMs, statementTimeoutMs, role } = prepared.directives;
  return {
    capMs: lockTimeoutMs ?? run.ctx.settings.capMs,
    migration: prepared.migration.id,
    ...(statementTimeoutMs !== undefined && { statementTimeoutMs }),
    ...(role !== undefined && { role }),
    asynchronousCommit,
  };
}

/** The author's statements, each behind a re-armed cap where it may wait for a lock. */
export function authorItems(
  statements: readonly PreparedStatement[],
  wanted: Prepared["wanted"],
  capMs: number,
): { items: BatchItem[]; statementAt(index: number): PreparedStatement | undefined } {
  const items: BatchItem[] = [];
  const owners: (PreparedStatement | undefined)[] = [];
  const push = (item: BatchItem, owner?: PreparedStatement): void => {
    items.push(item);
    owners.push(owner);
  };
  // An error while the locks are taken belongs to the first statement that needs one.
  if (wanted.length > 0) {
    push(
      { text: prelock(wanted, capMs) },
      statements.find((statement) => statement.locks.length > 0),
    );
  }
  // Without locks taken ahead, the clock of the cap starts with the first statement that may wait.
  const armed = statements.filter(({ arm }) => arm).length;
  let started = wanted.length > 0;
  for (const [index, statement] of statements.entries()) {
    if (statement.arm && (started || index > 0 || armed > 1)) {
      push({ text: started ? rearm(capMs) : arm(capMs) }, statement);
    }
    started ||= statement.arm;
    push(
      {
        text: statement.text,
        ...(statement.copyData && { copyData: statement.copyData }),
      },
      statement,
    );
  }
  return { items, statementAt: (index) => owners[index] };
}

/** The history row, or its removal with an audit row; and the end of a journal, if there was one. */
export function historyItems(
  run: LockedRun,
  prepared: Prepared,
  options: { readonly journaled?: boolean; readonly guard?: string | undefined } = {},
): BatchItem[] {
  const { ctx } = run;
  const { migration, direction } = prepared;
  const journaled =
    options.journaled === true ||
    run.journal.some((row) => row.migration === migration.id && row.direction === direction);
  const needsCode = run.contracts?.get(migration)?.needs;
  const items =
    direction === "up"
      ? [
          insertApplied(
            ctx.names,
            {
              kind: migration.kind,
              version: migration.version ?? null,
              name: migration.name,
              checksum: migration.up.checksum,
              runId: ctx.runId,
              toolVersion: ctx.toolVersion,
              origin: "native",
              durationMs: null,
              ...(journaled && { journaledAs: migration.id }),
              ...(needsCode !== undefined && { needsCode }),
            },
            options.guard,
          ),
          ...forcedItems(run, migration),
        ]
      : [
          deleteApplied(ctx.names, migration.version!, options.guard),
          insertAudit(ctx.names, {
            runId: ctx.runId,
            action: "down",
            migration: migration.id,
            by: ctx.by,
            reason: "lockstep down",
            detail: { checksum: migration.up.checksum },
          }),
        ];
  if (journaled) items.push(journalClear(ctx.names, migration.id, direction));
  if (run.theirs) {
    items.push(
      ...(direction === "up" ? run.theirs.record(migration) : run.theirs.forget(migration)),
    );
  }
  return items;
}

export interface TransactionPlan {
  readonly items: readonly BatchItem[];
  /** The tags that the first records must have answered with. */
  readonly recordTags: readonly string[];
  readonly recordCount: number;
  explain(index: number, cause: unknown): Failure;
  onSent?(): void;
}

/**
 * Sends the batch and checks every condition of E1. Throws BatchError for what may be tried again
 * or is ambiguous, and a Failure for the rest.
 */
export async function runTransaction(run: LockedRun, plan: TransactionPlan): Promise<void> {
  const results = await send(run, plan);
  if (results.at(-1)?.tag !== "COMMIT") throw notApplied(results.at(-1)?.tag);
  const firstRecord =
    plan.items.length - 1 - plan.recordCount - (run.connection === "pooled" ? 1 : 0);
  // The guards before the records also say whether the file has made an event trigger.
  const [triggers] = results[firstRecord - 1]?.rows[0] ?? [];
  if (triggers === "t") run.eventTriggers = true;
  for (const [offset, tag] of plan.recordTags.entries()) {
    if (results[firstRecord + offset]?.tag !== tag)
      throw notApplied(results[firstRecord + offset]?.tag);
  }
}

/** Begins a transaction whose body runs query by query. A guard that does not hold is a Failure. */
export async function openTransaction(
  run: LockedRun,
  prepared: Prepared,
  envelope: EnvelopeOptions,
  records: readonly BatchItem[] = [],
): Promise<void> {
  const items = opening(run, envelope);
  // The history is written by the login role, before `lockstep:role` takes over.
  items.splice(envelope.role === undefined ? items.length : -1, 0, ...records);
  await send(run, {
    items,
    explain: (_index, cause) =>
      toFailure(cause, { migration: prepared.migration.id, file: prepared.file.path }),
  });
}

/** Sends the batch; after an error the transaction is over and the error is explained. */
async function send(
  run: LockedRun,
  plan: Pick<TransactionPlan, "items" | "explain" | "onSent">,
): Promise<readonly BatchItemResult[]> {
  const { session } = run;
  // Until it has ended well, a transaction may have left anything: the next one begins with a
  // reset, which drops prepared statements as well.
  run.used = true;
  run.recordParsed = false;
  try {
    return await session.batch(plan.items, plan.onSent);
  } catch (error) {
    if (session.lost || !(error instanceof BatchError)) throw error;
    // The server has discarded the rest up to the Sync and waits inside the failed transaction.
    await session.rollback();
    throw explainGuard(error, plan) ?? retryableOr(error, plan);
  }
}

function notApplied(tag: string | undefined): Failure {
  return new Failure({
    class: "tx.control",
    what: `The transaction ended with \`${tag ?? "nothing"}\`, so it is not known as applied.`,
  });
}

/** An error of the author's statement keeps the server's error inside, so that it can be judged. */
function retryableOr(error: BatchError, plan: Pick<TransactionPlan, "explain">): BatchError {
  const explained = plan.explain(error.index, error.cause);
  const wrapped = new BatchError(error.index, error.results, error.sent, error.cause);
  return Object.assign(wrapped, { explained });
}

/** The failure that `retryableOr` attached; what a caller reports when it gives up. */
export function explainedBy(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const explained = (error as { explained?: unknown } | null)?.explained;
  return explained instanceof Failure ? explained : undefined;
}

function explainGuard(
  error: BatchError,
  plan: Pick<TransactionPlan, "explain">,
): Failure | undefined {
  const message = error.cause instanceof Error ? error.cause.message : "";
  const name = guardOf(message);
  if (name === undefined) return undefined;
  const base = plan.explain(error.index, error.cause);
  const common = {
    ...(base.migration !== undefined && { migration: base.migration }),
    cause: error.cause,
  };
  switch (name) {
    case "busy":
    case "moved":
      return new Failure({
        ...common,
        class: name === "busy" ? "runner.lock_busy" : "runner.moved",
        what: `Another runner ${name === "busy" ? "holds the lock" : "went on"} (${GUARDS[name]}).`,
      });
    case "lockLost":
      return new Failure({
        ...common,
        class: "runner.lock_lost",
        what: `\`${base.migration}\` gave up the run lock (pg_advisory_unlock_all or DISCARD ALL), so it was rolled back.`,
        action: "Remove the statement that releases advisory locks.",
        exit: "failed",
      });
    case "transaction":
      return new Failure({
        ...common,
        class: "tx.control",
        what: `\`${base.migration}\` ended the transaction by itself (COMMIT, ROLLBACK or PREPARE TRANSACTION inside the file).`,
      });
  }
}
