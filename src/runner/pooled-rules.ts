/** What cannot be done through a transaction pooler, known before anything runs. */
import { Failure } from "../failures/failure.ts";
import { loadModule } from "../migrations/load-module.ts";
import type { Prepared } from "./prepare.ts";

/** Some step needs one session from beginning to end. */
export async function needOwnSession(prepared: readonly Prepared[]): Promise<boolean> {
  for (const one of prepared) if (await cannotBePooled(one)) return true;
  return false;
}

/** A module says only once it is loaded whether it is one transaction. */
async function cannotBePooled(prepared: Prepared): Promise<boolean> {
  if (prepared.mode !== "module") return prepared.mode === "none" || prepared.mode === "statement";
  return (await loadModule(prepared.migration)).transaction === false;
}

/** Before anything runs: on a transaction pooler some files cannot run at all. */
export async function refusePooled(prepared: readonly Prepared[]): Promise<void> {
  for (const one of prepared) {
    const refusal = await pooledProblem(one);
    if (refusal) throw refusal;
  }
}

export async function pooledProblem(prepared: Prepared): Promise<Failure | undefined> {
  if (await cannotBePooled(prepared)) return pooledRefusal(prepared);
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

export function pooledRefusal(prepared: {
  readonly migration: { readonly id: string };
  readonly file: { readonly path: string };
}): Failure {
  return new Failure({
    class: "runner.pooled_refused",
    migration: prepared.migration.id,
    location: { file: prepared.file.path, line: 1, column: 1 },
    what: `\`${prepared.migration.id}\` cannot run in a transaction, and the connection goes through a transaction pooler.`,
    action: "Give a direct URL of the database (not the pooler's), or one with session pooling.",
  });
}
