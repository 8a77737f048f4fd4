/** What cannot be done through a transaction pooler, known before anything runs. */
import { Failure } from "../failures/failure.ts";
import type { Prepared } from "./prepare.ts";
import { pooledRefusal } from "./run-statements.ts";

/** Some step needs one session from beginning to end. */
export function needsOwnSession(prepared: Prepared): boolean {
  return prepared.mode === "none" || prepared.mode === "statement" || prepared.mode === "module";
}

/** Before anything runs: on a transaction pooler some files cannot run at all. */
export function refusePooled(prepared: readonly Prepared[]): void {
  for (const one of prepared) {
    const refusal = pooledProblem(one);
    if (refusal) throw refusal;
  }
}

export function pooledProblem(prepared: Prepared): Failure | undefined {
  if (prepared.mode === "none" || prepared.mode === "statement") return pooledRefusal(prepared);
  if (prepared.mode !== "file") return undefined;
  const statement = prepared.statements.find(({ leaves }) => leaves !== undefined);
  if (!statement) return undefined;
  return new Failure({
    class: "runner.pooled_refused",
    migration: prepared.migration.id,
    location: { file: prepared.file.path, line: statement.line, column: statement.column },
    what: `\`${statement.summary}\` ${statement.leaves}, which on a pooled connection reaches the application.`,
    action:
      "Make it local to the transaction (SET LOCAL, ON COMMIT DROP), or give a direct URL of the database.",
  });
}
