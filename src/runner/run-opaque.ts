/**
 * A file that the parser cannot read but the server may: extension syntax, a newer grammar. It is
 * sent byte for byte as one simple-protocol message inside our transaction. Discovery has refused
 * it already when its tokens show transaction control outside of strings, so a crash leaves
 * nothing; the guards of the envelope catch what slipped through.
 */
import type { Failure } from "../failures/failure.ts";
import { withAttempts } from "./attempts.ts";
import { closing } from "./envelope.ts";
import { faultPoint } from "./fault-points.ts";
import type { LockedRun } from "./locked-run.ts";
import type { PreparedOpaque } from "./prepare.ts";
import { envelopeOf, historyItems, openTransaction, runTransaction } from "./run-file.ts";
import { toFailure } from "./statement-failure.ts";
import { wholeFileStarted } from "./whole-file-step.ts";
import { BatchError } from "../postgres/batch.ts";

export async function runOpaque(run: LockedRun, prepared: PreparedOpaque): Promise<void> {
  const { session } = run;
  const envelope = envelopeOf(run, prepared);
  const { capMs } = envelope;
  const unit = { migration: prepared.migration.id, wanted: [], capMs };
  const explain = (cause: unknown): Failure =>
    toFailure(cause, {
      migration: prepared.migration.id,
      file: prepared.file.path,
      location: { file: prepared.file.path, line: prepared.startLine, column: 1 },
    });
  await withAttempts(run, unit, async () => {
    await openTransaction(run, prepared, envelope, [wholeFileStarted(run, prepared)]);
    try {
      const sent = session.script(prepared.text);
      faultPoint("opaque-sent");
      await sent;
    } catch (error) {
      if (session.lost) throw error;
      await session.rollback();
      throw Object.assign(new BatchError(0, [], true, error), { explained: explain(error) });
    }
    const records = historyItems(run, prepared, { journaled: true });
    await runTransaction(run, {
      items: closing(run, records),
      recordTags: [prepared.direction === "up" ? "INSERT 0 1" : "DELETE 1"],
      recordCount: records.length,
      explain: (_index, cause) => explain(cause),
    });
  });
}
