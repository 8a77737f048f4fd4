/** What cannot be done through a transaction pooler, known before anything runs. */
import { Failure } from "../failures/failure.ts";
import { loadModule } from "../migrations/load-module.ts";
import type { Prepared, PreparedOpaque } from "./prepare.ts";

/** Some step needs one session from beginning to end: a pooler has to prove that it keeps it. */
export async function needOwnSession(prepared: readonly Prepared[]): Promise<boolean> {
  for (const one of prepared) if (await pooledProblem(one)) return true;
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
  if (prepared.mode === "opaque") return unreadableRefusal(prepared);
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

/** Nobody can see whether it changes a setting, which the pool would hand to the application. */
function unreadableRefusal({ migration, file, startLine }: PreparedOpaque): Failure {
  return new Failure({
    class: "runner.pooled_refused",
    migration: migration.id,
    location: { file: file.path, line: startLine, column: 1 },
    what: `The parser cannot read \`${migration.id}\`, so it is not known whether it leaves something in a session of the pool.`,
    action: "Give a direct URL of the database (not the pooler's), or one with session pooling.",
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
