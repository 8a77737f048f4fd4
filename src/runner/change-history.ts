/**
 * A change of the history by hand (`baseline`, `repair`, `resolve`): one transaction under the run
 * lock, with a row for each change that says who made it and why.
 *
 * C1. The change is decided twice by the same pure function: before the lock, so that a refusal
 *     touches nothing, and under it, where it counts.
 * C2. A connection lost during COMMIT leaves the outcome open. The audit rows commit together with
 *     the change, so an audit row with our run id proves that it is done; nothing is done twice.
 */
import { classify, serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import { insertAudit, type AuditRecord } from "../history/write.ts";
import type { BatchItem } from "../postgres/batch.ts";
import { asFailure } from "./as-failure.ts";
import { closing, opening } from "./envelope.ts";
import type { LockedRun } from "./locked-run.ts";
import type { Reason } from "./options.ts";
import { elapsedMs, type RunContext } from "./run-context.ts";
import { runTransaction } from "./run-file.ts";
import { withRunLock } from "./with-lock.ts";

export interface Change<T> {
  readonly writes: readonly HistoryWrite[];
  /** Ids that this change records as applied. */
  readonly applied: readonly string[];
  /** Migrations that stay pending. */
  readonly remaining: number;
  readonly result: T;
}

export interface HistoryWrite {
  readonly item: BatchItem;
  /** What the server must answer, for example `INSERT 0 1`. */
  readonly tag: string;
  readonly migration: string;
  /** For the audit row. */
  readonly detail: unknown;
}

export interface ChangeOptions<T> {
  readonly action: AuditRecord["action"];
  readonly reason: Reason;
  /** Pure. Throws what is refused; no writes: there is nothing to do. */
  decide(history: History): Change<T>;
  /** The change is committed; called before the last event of the run. */
  onDone?(): void;
  /** False: see under-lock.ts. */
  readonly fingerprint?: false;
}

export async function changeHistory<T>(ctx: RunContext, options: ChangeOptions<T>): Promise<T> {
  let change: Change<T> | undefined;
  let sent = false;
  let committed = false;
  const finished = (outcome: "applied" | "nothing-to-do" | "failed", failure?: Failure): void =>
    ctx.emit({
      event: "run-finished",
      outcome: failure && ctx.signal.aborted ? "interrupted" : outcome,
      applied: outcome === "applied" ? change!.applied : [],
      remaining: change?.remaining ?? 0,
      durationMs: elapsedMs(ctx.startedAt),
      longestWaitMs: 0,
      ...(failure && { failure: failure.toJSON() }),
    });
  try {
    const result = await withRunLock(ctx, {
      look(history) {
        if (sent) return undefined;
        change = options.decide(history);
        return change.writes.length === 0 ? { value: change.result } : undefined;
      },
      async work(run, history) {
        if (sent && change && (await isRecorded(run))) {
          committed = true;
          return change.result;
        }
        change = options.decide(history);
        if (change.writes.length === 0) return change.result;
        sent = true;
        await write(run, change, options);
        committed = true;
        return change.result;
      },
      applied: () => (committed && change ? change.applied.length : 0),
      ...(options.fingerprint === false && { fingerprint: false }),
    });
    for (const migration of change!.applied) {
      ctx.emit({ event: "migration-applied", migration, durationMs: 0, direction: "up" });
    }
    options.onDone?.();
    finished(change!.writes.length > 0 ? "applied" : "nothing-to-do");
    return result;
  } catch (error) {
    const failure = asFailure(ctx, error);
    if (failure instanceof Failure) finished("failed", failure);
    throw failure;
  }
}

/** C2. */
async function isRecorded({ ctx, session }: LockedRun): Promise<boolean> {
  const [row] = await session.query(
    `select exists (select from ${ctx.names.audit} a where a.run_id = $1) as recorded`,
    [ctx.runId],
  );
  return row?.["recorded"] === "t";
}

async function write<T>(
  run: LockedRun,
  change: Change<T>,
  { action, reason }: ChangeOptions<T>,
): Promise<void> {
  const { ctx } = run;
  const audits = change.writes.map(({ migration, detail }) =>
    insertAudit(ctx.names, {
      runId: ctx.runId,
      action,
      migration,
      by: reason.by,
      reason: reason.why,
      detail,
    }),
  );
  const records = [...change.writes.map(({ item }) => item), ...audits];
  await runTransaction(run, {
    items: [...opening(run, {}), ...closing(run, records)],
    recordTags: change.writes.map(({ tag }) => tag),
    recordCount: records.length,
    explain: (_index, cause) => {
      const server = serverError(cause);
      const message = server?.message ?? (cause instanceof Error ? cause.message : String(cause));
      return new Failure({
        class: classify(cause),
        what: `Writing to \`${ctx.names.display}\` failed: ${message}.`.replace(/\.\.$/, "."),
        state: "Nothing was changed.",
        cause,
        ...(server && { server }),
      });
    },
  });
}
