/** `lockstep adopt --finish`: the other tool's history is written no more; it stays as it is. */
import { insertAudit, keepTheirs } from "../history/write.ts";
import { closing, opening } from "../runner/envelope.ts";
import { asFailure } from "../runner/as-failure.ts";
import type { Reason, RunnerOptions } from "../runner/options.ts";
import { createContext } from "../runner/run-context.ts";
import { runTransaction } from "../runner/run-file.ts";
import { toFailure } from "../runner/statement-failure.ts";
import { withRunLock } from "../runner/with-lock.ts";
import { shown } from "./find-theirs.ts";

export interface FinishResult {
  /** The id of the other tool's format; null: nothing was kept. */
  readonly format: string | null;
  /** `schema.name`. */
  readonly table: string | null;
}

export async function finishAdoption(
  options: RunnerOptions,
  reason: Reason,
): Promise<FinishResult> {
  const ctx = createContext("adopt", options);
  try {
    return await withRunLock<FinishResult>(ctx, {
      look: ({ theirs }) => (theirs ? undefined : { value: { format: null, table: null } }),
      fingerprint: false,
      async work(run, { theirs }) {
        if (!theirs) return { format: null, table: null };
        const table = shown(theirs.table);
        const records = [
          keepTheirs(ctx.names, null),
          insertAudit(ctx.names, {
            runId: ctx.runId,
            action: "adopt",
            migration: table,
            by: reason.by,
            reason: reason.why,
            detail: { finished: theirs.format },
          }),
        ];
        await runTransaction(run, {
          items: [...opening(run, {}), ...closing(run, records)],
          recordTags: ["UPDATE 1"],
          recordCount: records.length,
          explain: (_index, cause) => toFailure(cause, { migration: table, file: table }),
        });
        return { format: theirs.format, table };
      },
    });
  } catch (error) {
    throw asFailure(ctx, error);
  }
}
