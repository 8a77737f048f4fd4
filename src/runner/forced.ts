/** The trace that `--force` leaves: who was in the way, who went ahead all the same, and why. */
import { insertForced } from "../history/write.ts";
import type { Migration } from "../migrations/migration.ts";
import type { BatchItem } from "../postgres/batch.ts";
import type { LockedRun } from "./locked-run.ts";

/** The audit row of a migration that was forced; in the transaction that records the migration. */
export function forcedItems(run: LockedRun, migration: Migration): BatchItem[] {
  const { ctx } = run;
  const old = run.contracts?.get(migration)?.forced;
  const { force } = ctx.options;
  if (old === undefined || force === undefined) return [];
  return [
    insertForced(ctx.names, {
      runId: ctx.runId,
      action: "force",
      migration: migration.id,
      by: force.by,
      reason: force.why,
      detail: old,
    }),
  ];
}
