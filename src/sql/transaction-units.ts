/**
 * How a file of another tool is divided into what commits together. Nobody edits such a file, so
 * what would be refused in ours is divided instead: at the author's own BEGIN and COMMIT, around
 * statements that cannot run in a transaction, and before the first use of a new enum value.
 */
import type { Node } from "@pgsql/types";
import { Failure } from "../failures/failure.ts";
import { EnumTracker, type EnumOptions } from "./enum-use.ts";
import type { ParsedFile, Statement } from "./statement.ts";
import { isSessionNeutral } from "./transaction-mode.ts";
import { bodies, stringList } from "./tree.ts";

export type Units =
  | { readonly mode: "file" }
  | {
      readonly mode: "statement";
      /** In order; together they are all statements of the file. */
      readonly units: readonly (readonly Statement[])[];
    };

export interface UnitOptions extends EnumOptions {
  readonly eachAlone?: boolean;
}

/** `eachAlone`: the tool's own marker says that the file runs without a transaction. */
export function decideUnits(
  file: ParsedFile,
  { eachAlone = false, ...options }: UnitOptions = {},
): Units {
  const blockOf = new Map<number, number>();
  for (const [index, ordinals] of (file.transactions ?? []).entries()) {
    for (const ordinal of ordinals) blockOf.set(ordinal, index);
  }
  const units: Statement[][] = [];
  const enums = new EnumTracker(options);
  /** The block of the last unit; -1 outside of all, undefined when nothing may be added to it. */
  let open: number | undefined;
  let divided = false;
  const commits = committers(file, eachAlone);
  for (const written of file.statements) {
    const block = blockOf.get(written.ordinal) ?? -1;
    const statement: Statement =
      block < 0 && commits(written) ? { ...written, nonTransactional: "other" } : written;
    if (statement.nonTransactional !== undefined) {
      if (block >= 0) throw insideBlock(file, statement);
      units.push([statement]);
      divided = true;
      open = undefined;
      enums.reset();
      continue;
    }
    const early = enums.next(statement).length > 0;
    // What the author put between BEGIN and COMMIT stays together, whatever it does.
    const together = open === block && (block >= 0 || !(early || eachAlone));
    if (together) {
      units.at(-1)!.push(statement);
      continue;
    }
    units.push([statement]);
    open = block;
    if (!early) continue;
    enums.reset();
    enums.next(statement);
  }
  const several = units.filter((unit) => !unit.every(isSessionNeutral)).length > 1;
  return divided || several ? { mode: "statement", units } : { mode: "file" };
}

/** COMMIT and ROLLBACK where a statement of PL/pgSQL starts; not ON COMMIT DROP, not a name. */
const COMMITS =
  /(?:^|[;>]|\b(?:begin|then|else|loop))\s*(?:commit|rollback)(?:\s+and\s+(?:no\s+)?chain)?\s*;/i;
const COMMENTS = /--.*|\/\*[^]*?\*\//g;

/**
 * Which statements commit by themselves: they fail in a transaction that they did not begin. Of a
 * procedure that the file does not create nothing is known. Alone in its file, or behind the tool's
 * marker, its CALL has no transaction in the tool either, and gets none here.
 */
function committers(file: ParsedFile, eachAlone: boolean): (statement: Statement) => boolean {
  const doCommit = ({ node }: Statement): boolean =>
    bodies(node).some((body) => COMMITS.test(body.replace(COMMENTS, "")));
  const own = new Map<string, boolean>();
  const alone = file.statements.filter((one) => !isSessionNeutral(one)).length === 1;
  return (statement) => {
    const { node } = statement;
    if ("CreateFunctionStmt" in node) {
      const { is_procedure: isProcedure, funcname } = node.CreateFunctionStmt;
      if (isProcedure) own.set(lastName(funcname), doCommit(statement));
      return false;
    }
    if ("DoStmt" in node) return doCommit(statement);
    if (!("CallStmt" in node)) return false;
    return own.get(lastName(node.CallStmt.funccall?.funcname)) ?? (eachAlone || alone);
  };
}

/** Without schema: what is meant only the search path knows. */
function lastName(names: readonly Node[] | undefined): string {
  return stringList(names).at(-1) ?? "";
}

function insideBlock(file: ParsedFile, statement: Statement): Failure {
  return new Failure({
    class: "file.mixed",
    what: `\`${statement.text.replace(/\s+/g, " ").slice(0, 60)}\` cannot run in a transaction, and the file's own BEGIN … COMMIT puts it into one.`,
    action: "Remove that BEGIN and COMMIT.",
    location: { file: file.path, ...file.locate(statement.start) },
  });
}
