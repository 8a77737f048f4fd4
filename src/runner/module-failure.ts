/** What goes wrong in a module migration, as failures that say whose mistake it is. */
import { serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { errorLocationInModule } from "../migrations/load-module.ts";
import { BatchError } from "../postgres/batch.ts";
import type { LockedRun } from "./locked-run.ts";
import type { PreparedModule } from "./prepare.ts";
import { toFailure } from "./statement-failure.ts";

/** A rule that the module broke. */
export function moduleFailure(
  prepared: PreparedModule,
  id: FailureClassId,
  what: string,
  action: string,
): Failure {
  return new Failure({
    class: id,
    migration: prepared.migration.id,
    location: { file: prepared.file.path, line: 1, column: 1 },
    what: `\`${prepared.migration.id}\`: ${what}`,
    action,
  });
}

/**
 * What ended a module, for `withAttempts` to judge: errors of the server keep their cause. After a
 * lost connection only the loss counts, whatever the module made of it.
 */
export function moduleError(run: LockedRun, error: unknown, prepared: PreparedModule): unknown {
  const { lost } = run.session;
  if (lost) return new BatchError(0, [], true, lost);
  if (error instanceof BatchError || error instanceof Failure) return error;
  const explained = explainModuleError(error, prepared);
  return Object.assign(new BatchError(0, [], true, error), { explained });
}

/**
 * An exception without an error of the server inside is the author's own, also when it looks like
 * a lost connection: the module may have called another service.
 */
export function explainModuleError(error: unknown, prepared: PreparedModule): Failure {
  const { migration, file } = prepared;
  const location = errorLocationInModule(error, migration);
  const own = serverError(error) === undefined && !(error instanceof Failure);
  const failure = toFailure(error, {
    migration: migration.id,
    file: file.path,
    location,
    ...(own && { class: "guard.raise" as const }),
  });
  if (failure.class !== "readonly") return failure;
  return failure.with({
    class: "module.transaction",
    action: "Write inside `db.batch`; outside of it a module without a transaction only reads.",
  });
}
