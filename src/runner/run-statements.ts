/**
 * A journaled file: its units one by one, each written into the journal before and after, so that
 * any crash can be resumed without a person. A unit is one statement; in a file of another tool also
 * several that its author put into one transaction (sql/transaction-units.ts).
 *
 * J1. `started` is committed before the statement is sent; `done` after it has been verified.
 * J2. What can run in a transaction commits together with its `done` (mode statement): it needs no
 *     probe. A unit is journaled under the ordinal of its first statement.
 * J3. SET and RESET are not steps: they are repeated on each resume, because the session is new.
 * J4. The first error wins; the clean-up's own error is a note of it.
 */
import type { SourceLocation } from "../failures/failure.ts";
import { journalDone } from "../history/write.ts";
import { BatchError } from "../postgres/batch.ts";
import { withAttempts } from "./attempts.ts";
import { recordForced } from "./contract-guard.ts";
import { closing, COMMIT, opening } from "./envelope.ts";
import { faultPoint } from "./fault-points.ts";
import { runAlone } from "./run-alone.ts";
import { checksumOfUnit, explain, keyOf } from "./statement-step.ts";
import type { LockedRun } from "./locked-run.ts";
import type { PreparedSql, PreparedStatement } from "./prepare.ts";
import { pooledRefusal } from "./pooled-rules.ts";
import { elapsedMs } from "./run-context.ts";
import {
  authorItems,
  envelopeOf,
  explainedBy,
  firstLocking,
  historyItems,
  runTransaction,
} from "./run-file.ts";
import { toFailure } from "./statement-failure.ts";
import { editedAfterDone } from "./unfinished-step.ts";

export async function runStatements(run: LockedRun, prepared: PreparedSql): Promise<void> {
  if (run.connection === "pooled") throw pooledRefusal(prepared);
  await startClean(run, prepared);
  await recordForced(run, prepared);
  let done = 0;
  for (const unit of prepared.units) {
    run.ctx.checkSignal();
    const [statement] = unit;
    if (unit.length === 1 && statement && isSetting(statement)) {
      await neutral(run, prepared, statement);
      continue;
    }
    try {
      await runOne(run, prepared, unit);
      done += unit.length;
    } catch (error) {
      throw withProgress(error, prepared, done);
    }
  }
  faultPoint("before-record");
  await record(run, prepared);
  faultPoint("after-record");
}

function isSetting({ node }: PreparedStatement): boolean {
  return "VariableSetStmt" in (node ?? {});
}

async function runOne(
  run: LockedRun,
  prepared: PreparedSql,
  unit: readonly PreparedStatement[],
): Promise<void> {
  const began = performance.now();
  const statement = unit[0]!;
  const { migration, direction } = prepared;
  const before = run.journal.find(
    (row) =>
      row.migration === migration.id &&
      row.direction === direction &&
      row.ordinal === statement.ordinal,
  );
  if (before?.state === "done") {
    if (before.statementChecksum !== checksumOfUnit(unit))
      throw editedAfterDone(prepared, statement);
    // J3: what the unit set for the statements behind it.
    for (const setting of unit.filter(isSetting)) await neutral(run, prepared, setting);
    return;
  }
  run.ctx.emit({
    event: "step-started",
    migration: migration.id,
    ordinal: statement.ordinal,
    statement: statement.summary,
  });
  if (statement.nonTransactional === undefined && prepared.mode === "statement") {
    await runInTransaction(run, prepared, unit);
  } else {
    await withoutTheirLock(run, () => runAlone(run, prepared, statement, before));
  }
  faultPoint("after-journal-done");
  run.ctx.emit({
    event: "step-finished",
    migration: migration.id,
    ordinal: statement.ordinal,
    durationMs: elapsedMs(began),
  });
}

/** K2 of kept-history.ts. */
async function withoutTheirLock(run: LockedRun, work: () => Promise<void>): Promise<void> {
  if (!run.theirs) return work();
  await run.theirs.letGo();
  await work();
  await run.theirs.takeAgain();
}

/** J2: the unit and its journal in one transaction. */
async function runInTransaction(
  run: LockedRun,
  prepared: PreparedSql,
  unit: readonly PreparedStatement[],
): Promise<void> {
  const first = unit[0]!;
  const envelope = { ...envelopeOf(run, prepared), keepSession: true };
  const { capMs } = envelope;
  const at = (): SourceLocation | undefined => firstLocking(prepared, unit);
  const attempts = { migration: prepared.migration.id, wanted: [], capMs, at };
  await withAttempts(run, attempts, async () => {
    const before = opening(run, envelope);
    const body = authorItems(unit, [], capMs);
    const records = [
      journalDone(run.ctx.names, keyOf(prepared, first), {
        kind: "transaction",
        checksum: checksumOfUnit(unit),
        runId: run.ctx.runId,
      }),
    ];
    await runTransaction(run, {
      items: [...before, ...body.items, ...closing(run, records)],
      recordTags: ["INSERT 0 1"],
      recordCount: records.length,
      explain: (index, cause) =>
        explain(prepared, body.statementAt(index - before.length) ?? first, cause),
      onSent: () => faultPoint("statement-sent"),
    });
  });
}

/** A journaled file starts in a session without the traces of the file before it. */
async function startClean(run: LockedRun, prepared: PreparedSql): Promise<void> {
  const envelope = envelopeOf(run, prepared);
  const { role: _role, ...rest } = envelope;
  await run.session.batch([...opening(run, rest), COMMIT]);
  run.used = true;
}

async function neutral(
  run: LockedRun,
  prepared: PreparedSql,
  statement: PreparedStatement,
): Promise<void> {
  try {
    await run.session.batch([{ text: statement.text }]);
  } catch (error) {
    if (run.session.lost) throw error;
    throw explain(prepared, statement, error instanceof BatchError ? error.cause : error);
  }
}

async function record(run: LockedRun, prepared: PreparedSql): Promise<void> {
  const { role: _role, ...envelope } = envelopeOf(run, prepared);
  const records = historyItems(run, prepared, { journaled: true });
  await runTransaction(run, {
    items: [...opening(run, envelope), ...closing(run, records)],
    recordTags: [prepared.direction === "up" ? "INSERT 0 1" : "DELETE 1"],
    recordCount: records.length,
    explain: (_index, cause) =>
      toFailure(cause, { migration: prepared.migration.id, file: prepared.file.path }),
  });
}

function withProgress(error: unknown, prepared: PreparedSql, done: number): unknown {
  const failure = explainedBy(error);
  if (!failure || done === 0 || failure.exitCode === 75) return failure ?? error;
  const total = prepared.statements.length;
  return failure.with({
    ...(failure.exit === "failed" && { exit: "partial" as const }),
    state: `${done} of ${total} statements of the file are done and journaled; the next run goes on behind them.`,
  });
}
