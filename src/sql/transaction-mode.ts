/**
 * Whether a file runs as one transaction, decided from its statements before anything runs. A file
 * that PostgreSQL would refuse half-way is refused here, with the lines that do not go together.
 */
import { Failure, type SourceLocation } from "../failures/failure.ts";
import { enumUses, type EnumOptions } from "./enum-use.ts";
import type { ParsedFile, Statement } from "./statement.ts";
import { DIVIDED_BY_ITSELF, isSavepoint } from "./transaction-control.ts";

export type TransactionMode = "file" | "none" | "statement";

export function decideTransaction(
  file: ParsedFile,
  options: EnumOptions = {},
): { mode: TransactionMode } {
  refuseDiscardAll(file);
  const mode = modeOf(file);
  if (mode === "file") refuseEarlyEnumUse(file, options);
  else {
    refuseOwnTransaction(file, mode);
    refuseSavepoints(file, mode);
  }
  return { mode };
}

/**
 * SET and RESET belong to the session, so that they may stand beside statements that cannot run in
 * a transaction; SET LOCAL without one would have no effect and counts as transactional.
 */
export function isSessionNeutral(statement: Statement): boolean {
  const { node } = statement;
  return "VariableSetStmt" in node && node.VariableSetStmt.is_local !== true;
}

function modeOf(file: ParsedFile): TransactionMode {
  const { transaction } = file.directives;
  if (transaction === "none" || transaction === "statement") return transaction;
  const single = file.statements.filter((one) => one.nonTransactional !== undefined);
  if (single.length === 0) return "file";
  const together = file.statements.filter(
    (one) => one.nonTransactional === undefined && !isSessionNeutral(one),
  );
  if (transaction !== "file" && together.length === 0 && !file.ownTransaction) return "none";
  throw mixed(file, single, together);
}

function mixed(file: ParsedFile, single: Statement[], together: Statement[]): Failure {
  const first = single[0]!;
  const reason = file.ownTransaction
    ? "the file's own BEGIN … COMMIT puts it into one"
    : file.directives.transaction === "file"
      ? "`lockstep:transaction file` asks for one"
      : "other statements of the file need one";
  const action =
    together.length > 0
      ? `Run \`lockstep split ${file.path}\` to make several migrations of it, or write \`-- lockstep:transaction statement\` at the top to run each statement by itself.`
      : file.ownTransaction
        ? "Remove BEGIN and COMMIT."
        : "Remove the directive.";
  return new Failure({
    class: "file.mixed",
    what: `\`${firstWords(first)}\` cannot run in a transaction, and ${reason}.`,
    action,
    location: place(file, first),
    notes: [
      `Cannot run in a transaction: ${lines(single)}.`,
      ...(together.length > 0 ? [`Run in a transaction: ${lines(together)}.`] : []),
      DIVIDED_BY_ITSELF,
    ],
  });
}

function refuseEarlyEnumUse(file: ParsedFile, options: EnumOptions): void {
  const use = enumUses(file.statements, options)[0];
  if (use === undefined) return;
  throw new Failure({
    class: "ddl.enum_same_transaction",
    what: `The value \`${use.value}\` of the type \`${use.type}\` is added in line ${use.added.line} and used in line ${use.used.line}, in one transaction.`,
    action: `Run \`lockstep split ${file.path}\`: PostgreSQL lets a new enum value be used only after the commit that adds it.`,
    location: place(file, use.used),
  });
}

function refuseOwnTransaction(file: ParsedFile, mode: TransactionMode): void {
  if (!file.ownTransaction) return;
  throw new Failure({
    class: "file.directive",
    what: `\`lockstep:transaction ${mode}\` contradicts the file's own BEGIN … COMMIT.`,
    action: "Remove one of the two.",
    location: { file: file.path, ...file.locate(file.ownTransactionRanges?.[0]?.start ?? 0) },
  });
}

/** It would drop the advisory lock that keeps other runners away, in the middle of a run. */
function refuseDiscardAll(file: ParsedFile): void {
  const discard = file.statements.find((one) => one.nonTransactional === "discard-all");
  if (discard === undefined) return;
  throw new Failure({
    class: "file.invalid",
    what: "`discard all` drops every lock of the session, also the one that keeps other runners away.",
    action:
      "Remove it: each file begins in a clean session. Inside of a file, `reset all`, `discard temp` or `deallocate all` do a part of it.",
    location: place(file, discard),
  });
}

function refuseSavepoints(file: ParsedFile, mode: TransactionMode): void {
  const savepoint = file.statements.find(isSavepoint);
  if (savepoint === undefined) return;
  throw new Failure({
    class: "file.invalid",
    what: `\`${firstWords(savepoint)}\` needs a transaction, and the file runs without one (\`lockstep:transaction ${mode}\`).`,
    action: "Remove the savepoint, or the directive.",
    location: place(file, savepoint),
  });
}

function place(file: ParsedFile, statement: Statement): SourceLocation {
  return { file: file.path, ...file.locate(statement.start) };
}

function lines(statements: readonly Statement[]): string {
  const shown = statements.slice(0, 10).map((one) => `line ${one.line}`);
  const more = statements.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function firstWords(statement: Statement): string {
  return statement.text.split(/\s+/).slice(0, 4).join(" ").slice(0, 60);
}
