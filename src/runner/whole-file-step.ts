/**
 * The journal row of a file that should have been one transaction and ended it by itself: part of
 * it is in the database, so it must not run again before a person has looked (`lockstep resolve`).
 *
 * The row has the ordinal 0; statements of journaled files count from 1. For a file that cannot be
 * read it is written inside the transaction and taken back by its last statement: whatever commits
 * the transaction too early commits the row with it, also when the runner dies at that moment.
 */
import { Failure } from "../failures/failure.ts";
import { journalStarted, type JournalKey } from "../history/write.ts";
import type { BatchItem } from "../postgres/batch.ts";
import { BEGIN, closing, COMMIT, opening } from "./envelope.ts";
import type { LockedRun } from "./locked-run.ts";
import type { Prepared } from "./prepare.ts";
import { historyItems, runTransaction } from "./run-file.ts";
import { toFailure } from "./statement-failure.ts";

const WHOLE_FILE = 0;

export function wholeFileStarted(
  run: LockedRun,
  prepared: Prepared,
  ordinal = WHOLE_FILE,
): BatchItem {
  const { migration, direction, file } = prepared;
  const key: JournalKey = { migration: migration.id, direction, ordinal };
  // A kind without a probe: nothing but a person can say what became of it.
  const step = { kind: "other", checksum: file.checksum, detail: null, runId: run.ctx.runId };
  return journalStarted(run.ctx.names, key, step);
}

/**
 * After `tx.control`; the transaction that was to hold everything is gone. Where the file has
 * prepared it (PREPARE TRANSACTION), that one still holds our row, and who waits for it would wait
 * for a person; so another row is written then.
 */
export async function recordBrokenTransaction(run: LockedRun, prepared: Prepared): Promise<void> {
  const { session } = run;
  const write = (item: BatchItem): Promise<unknown> =>
    session.batch([
      BEGIN,
      { text: "set local session authorization default" },
      { text: "set local role none" },
      { text: "set local lock_timeout = '200ms'" },
      { text: "set local statement_timeout = 0" },
      item,
      COMMIT,
    ]);
  try {
    await write(wholeFileStarted(run, prepared));
  } catch (error) {
    if (session.lost) throw error;
    await session.rollback();
    await write(wholeFileStarted(run, prepared, WHOLE_FILE - 1));
  }
}

/**
 * True when a person has settled the file as applied, and it only had to be recorded. Throws when
 * nobody has settled it yet.
 */
export async function recordSettledFile(run: LockedRun, prepared: Prepared): Promise<boolean> {
  const { migration, direction, file } = prepared;
  const rows = run.journal.filter(
    (one) =>
      one.migration === migration.id && one.direction === direction && one.ordinal <= WHOLE_FILE,
  );
  if (rows.length === 0) return false;
  if (rows.some((row) => row.state === "started")) throw notSettled(prepared);
  const records = historyItems(run, prepared);
  await runTransaction(run, {
    items: [...opening(run, {}), ...closing(run, records)],
    recordTags: [direction === "up" ? "INSERT 0 1" : "DELETE 1"],
    recordCount: records.length,
    explain: (_index, cause) => toFailure(cause, { migration: migration.id, file: file.path }),
  });
  return true;
}

function notSettled({ migration, file }: Prepared): Failure {
  const id = migration.version ?? migration.id;
  return new Failure({
    class: "history.unknown_outcome",
    migration: migration.id,
    location: { file: file.path, line: 1, column: 1 },
    what: `\`${migration.id}\` ended its transaction by itself in an earlier run, so a part of it may be in the database.`,
    action: `Look at the database, then run \`lockstep resolve ${id} --applied\` or \`lockstep resolve ${id} --not-applied\`.`,
  });
}
