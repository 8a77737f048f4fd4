/**
 * Transactions belong to the runner: a COMMIT inside a file would end the one that also holds the
 * history row. BEGIN and COMMIT around a whole file say what the runner does anyway, and are taken
 * off; savepoints stay inside and are the author's.
 */
import type { TransactionStmt } from "@pgsql/types";
import { Failure } from "../failures/failure.ts";
import type { Locate } from "./locate.ts";
import type { Statement } from "./statement.ts";

export interface Unwrapped {
  readonly statements: readonly Statement[];
  /** The author's own BEGIN and COMMIT around the whole file. */
  readonly own?: { readonly begin: Statement; readonly commit: Statement };
}

const SAVEPOINTS = new Set<TransactionStmt["kind"]>([
  "TRANS_STMT_SAVEPOINT",
  "TRANS_STMT_RELEASE",
  "TRANS_STMT_ROLLBACK_TO",
]);

/** Nobody edits years of files that another runner has applied. */
export const DIVIDED_BY_ITSELF =
  "In a folder that was written for another runner, `--format numbered` divides such files by itself.";

const OPTIONS_ADVICE =
  "Remove the options: a migration runs in READ COMMITTED, so that its locks see what they wait for.";
const ACTION =
  "Remove it: Lockstep runs the file in a transaction. For a commit after each statement, write `-- lockstep:transaction statement` at the top.";

export function isSavepoint(statement: Pick<Statement, "node">): boolean {
  const control = transactionOf(statement);
  return control !== undefined && SAVEPOINTS.has(control.kind);
}

export function unwrapTransaction(
  path: string,
  statements: readonly Statement[],
  locate: Locate,
): Unwrapped {
  const own = ownTransaction(statements);
  const inner = own === undefined ? statements : statements.slice(1, -1);
  const wrong = inner.filter((one) => transactionOf(one) !== undefined && !isSavepoint(one));
  const refuse = (statement: Statement, what: string, action: string, notes: string[] = []) =>
    new Failure({
      class: "file.invalid",
      what,
      action,
      location: { file: path, ...locate(statement.start) },
      notes,
    });
  if (own !== undefined && (transactionOf(own.begin)?.options ?? []).length > 0) {
    throw refuse(
      own.begin,
      `\`${shown(own.begin)}\` sets options of the transaction.`,
      OPTIONS_ADVICE,
    );
  }
  const first = wrong[0];
  if (first !== undefined) {
    const others = wrong.slice(1).map((one) => `Also line ${one.line}: \`${shown(one)}\`.`);
    const action = isUnclosed(statements, first)
      ? "Add `commit;` as the last statement, or remove this one: Lockstep runs the file in a transaction."
      : ACTION;
    throw refuse(first, `\`${shown(first)}\` controls the transaction inside the file.`, action, [
      ...others,
      DIVIDED_BY_ITSELF,
    ]);
  }
  if (own === undefined) return { statements };
  return {
    own,
    statements: inner.map((statement, index) => ({ ...statement, ordinal: index + 1 })),
  };
}

export interface TransactionBlocks {
  /** Without BEGIN and COMMIT, numbered anew. */
  readonly statements: readonly Statement[];
  /** The ordinals between each BEGIN and its COMMIT. */
  readonly blocks: readonly (readonly number[])[];
  /** BEGIN and COMMIT themselves, as ranges of the file. */
  readonly controls: readonly { readonly start: number; readonly end: number }[];
}

/**
 * The transactions in a file of another tool. Their options are not taken over: a migration runs in
 * READ COMMITTED, so that its locks see what they wait for. COMMIT without BEGIN ends the
 * transaction that the tool began; BEGIN without COMMIT lasts to the end of the file.
 */
export function findTransactionBlocks(
  path: string,
  all: readonly Statement[],
  locate: Locate,
): TransactionBlocks {
  const statements: Statement[] = [];
  const blocks: number[][] = [];
  const controls: { start: number; end: number }[] = [];
  let block: number[] | undefined;
  let outside: number[] = [];
  for (const statement of all) {
    const control = transactionOf(statement);
    if (control === undefined || isSavepoint(statement)) {
      const ordinal = statements.length + 1;
      statements.push(ordinal === statement.ordinal ? statement : { ...statement, ordinal });
      (block ?? outside).push(ordinal);
      continue;
    }
    controls.push({ start: statement.start, end: statement.end });
    if (begins(statement)) {
      if (block === undefined) outside = [];
      block ??= [];
    } else if (control.kind === "TRANS_STMT_COMMIT" && control.chain !== true) {
      blocks.push(block ?? outside);
      block = undefined;
      outside = [];
    } else {
      throw new Failure({
        class: "file.invalid",
        what: `\`${shown(statement)}\` controls the transaction inside the file.`,
        action:
          "Remove it: what a migration takes back itself, or prepares for somebody else, cannot be recorded as applied.",
        location: { file: path, ...locate(statement.start) },
      });
    }
  }
  if (block) blocks.push(block);
  return { statements, controls, blocks: blocks.filter(({ length }) => length > 0) };
}

function ownTransaction(statements: readonly Statement[]): Unwrapped["own"] {
  const begin = statements[0];
  const commit = statements.at(-1);
  if (begin === undefined || commit === undefined || begin === commit) return undefined;
  const ends = transactionOf(commit);
  // COMMIT AND CHAIN would open the next transaction.
  if (!begins(begin) || ends?.kind !== "TRANS_STMT_COMMIT" || ends.chain === true) return undefined;
  return { begin, commit };
}

function begins(statement: Statement): boolean {
  const kind = transactionOf(statement)?.kind;
  return kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START";
}

function isUnclosed(statements: readonly Statement[], first: Statement): boolean {
  const controls = statements.filter((one) => transactionOf(one) && !isSavepoint(one));
  return first === statements[0] && begins(first) && controls.length === 1;
}

function transactionOf(statement: Pick<Statement, "node">): TransactionStmt | undefined {
  return "TransactionStmt" in statement.node ? statement.node.TransactionStmt : undefined;
}

function shown(statement: Statement): string {
  return statement.text.replace(/\s+/g, " ").slice(0, 60);
}
