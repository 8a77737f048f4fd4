/** What both forms of a module migration share: its context, and a transaction around its code. */
import type { BatchItem } from "../postgres/batch.ts";
import type {
  ForeignContext,
  JsonValue,
  MigrationContext,
  MigrationModule,
  MigrationQueries,
} from "../migrations/migration.ts";
import { closing, type EnvelopeOptions } from "./envelope.ts";
import type { LockedRun } from "./locked-run.ts";
import { explainModuleError, moduleError } from "./module-failure.ts";
import { Queries } from "./module-queries.ts";
import type { PreparedModule } from "./prepare.ts";
import { openTransaction, runTransaction } from "./run-file.ts";

export interface ModuleTransaction<T> {
  readonly envelope: EnvelopeOptions;
  body(queries: Queries): Promise<T> | T;
  readonly records: (result: T) => readonly BatchItem[];
  /** What the first record must have answered with. */
  readonly tag: string;
  onSent?(): void;
}

/** One transaction whose body runs query by query; guards, records and COMMIT are one batch. */
export async function inTransaction<T>(
  run: LockedRun,
  prepared: PreparedModule,
  plan: ModuleTransaction<T>,
): Promise<T> {
  await openTransaction(run, prepared, plan.envelope);
  const queries = new Queries(run, prepared, "T");
  let result: T;
  try {
    result = await plan.body(queries);
    await queries.end();
  } catch (error) {
    await queries.settle();
    if (!run.session.lost) await run.session.rollback();
    throw moduleError(run, error, prepared);
  }
  const records = plan.records(result);
  await runTransaction(run, {
    items: closing(run, records),
    recordTags: [plan.tag],
    recordCount: records.length,
    explain: (_index, cause) => explainModuleError(cause, prepared),
    ...(plan.onSent && { onSent: plan.onSent }),
  });
  return result;
}

export type BatchFunction = (cursor: JsonValue, db: MigrationQueries) => Promise<JsonValue | null>;

export function contextFor(
  run: LockedRun,
  prepared: PreparedModule,
  queries: Queries,
  batch: (cursor: JsonValue, fn: BatchFunction) => Promise<void>,
): ForeignContext {
  return {
    sql: queries.sql,
    query: queries.query,
    result: queries.result,
    batch: (cursor, fn) => batch(cursor, fn as unknown as BatchFunction),
    log: (message) => run.ctx.emit({ event: "log", migration: prepared.migration.id, message }),
    signal: run.ctx.signal,
  };
}

export function entry(
  module: MigrationModule,
  prepared: PreparedModule,
): (db: MigrationContext) => Promise<void> | void {
  return prepared.direction === "up" ? module.up : module.down!;
}
