/**
 * A migration written in TypeScript or JavaScript: the same lock, journal and history as SQL.
 *
 * M1. `transaction` true (default): everything in one transaction with the history row. Tried
 *     again as a whole, so `up` must not have effects outside of the database.
 * M2. `transaction = false`: writes happen inside `db.batch` only, see run-batches.ts.
 * M3. A transaction ended or begun by hand, and a query whose promise nobody awaited, are errors;
 *     see module-queries.ts.
 */
import { loadModule } from "../migrations/load-module.ts";
import type { MigrationModule } from "../migrations/migration.ts";
import { withAttempts } from "./attempts.ts";
import type { LockedRun } from "./locked-run.ts";
import { moduleFailure } from "./module-failure.ts";
import { contextFor, entry, inTransaction } from "./module-transaction.ts";
import { noDown, type PreparedModule } from "./prepare.ts";
import { runInBatches } from "./run-batches.ts";
import { historyItems } from "./run-file.ts";

export async function runModule(run: LockedRun, prepared: PreparedModule): Promise<void> {
  const module = await loadModule(prepared.migration);
  if (prepared.direction === "down" && !module.down) throw noDown(prepared.migration);
  if (module.transaction === false) await runInBatches(run, prepared, module);
  else await runAsTransaction(run, prepared, module);
}

/** M1. */
async function runAsTransaction(
  run: LockedRun,
  prepared: PreparedModule,
  module: MigrationModule,
): Promise<void> {
  const { capMs } = run.ctx.settings;
  const unit = { migration: prepared.migration.id, wanted: [], capMs };
  await withAttempts(run, unit, async () => {
    const noBatch = (): never => {
      throw moduleFailure(
        prepared,
        "module.transaction",
        "`db.batch` commits by itself, but the module runs in one transaction.",
        "Export `transaction = false` from the module.",
      );
    };
    await inTransaction(run, prepared, {
      envelope: {},
      body: (queries) => entry(module, prepared)(contextFor(run, prepared, queries, noBatch)),
      records: () => historyItems(run, prepared),
      tag: prepared.direction === "up" ? "INSERT 0 1" : "DELETE 1",
    });
  });
}
