/**
 * How a file of another tool is divided into what commits together. Nobody edits such a file, so
 * what would be refused in ours is divided instead: at the author's own BEGIN and COMMIT, around
 * statements that cannot run in a transaction, and before the first use of a new enum value.
 */
import { Failure } from "../failures/failure.ts";
import { EnumTracker, type EnumOptions } from "./enum-use.ts";
import type { ParsedFile, Statement } from "./statement.ts";
import { isSessionNeutral } from "./transaction-mode.ts";
import { bodies } from "./tree.ts";

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
  for (const written of file.statements) {
    const statement = eachAlone ? committingItself(written) : written;
    const block = blockOf.get(statement.ordinal) ?? -1;
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

/** A procedure, or a DO block, that commits: it fails in a transaction that it did not begin. */
function committingItself(statement: Statement): Statement {
  const { node } = statement;
  const commits =
    "CallStmt" in node ||
    ("DoStmt" in node && bodies(node).some((body) => /\b(?:commit|rollback)\b/i.test(body)));
  return commits ? { ...statement, nonTransactional: "other" } : statement;
}

function insideBlock(file: ParsedFile, statement: Statement): Failure {
  return new Failure({
    class: "file.mixed",
    what: `\`${statement.text.replace(/\s+/g, " ").slice(0, 60)}\` cannot run in a transaction, and the file's own BEGIN … COMMIT puts it into one.`,
    action: "Remove that BEGIN and COMMIT.",
    location: { file: file.path, ...file.locate(statement.start) },
  });
}
