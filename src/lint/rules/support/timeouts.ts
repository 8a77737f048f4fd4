/** What a file sets its timeouts to. */
import { parseDuration } from "../../../sql/duration.ts";
import type { StatementContext } from "../../context.ts";
import { laterStatements } from "./later.ts";

export interface TimeoutSet {
  readonly ms: number;
  readonly text: string;
}

/** The statement sets the timeout to a constant. */
export function setsTimeout({ node }: StatementContext, name: string): TimeoutSet | undefined {
  if (!("VariableSetStmt" in node)) return undefined;
  const { kind, name: given, args = [] } = node.VariableSetStmt;
  const [value] = args;
  if (kind !== "VAR_SET_VALUE" || given?.toLowerCase() !== name) return undefined;
  if (value === undefined || !("A_Const" in value)) return undefined;
  const { sval, ival } = value.A_Const;
  const text = sval?.sval ?? String(ival?.ival ?? 0);
  const ms = parseDuration(text.toLowerCase());
  return ms === undefined ? undefined : { ms, text };
}

export function isSetLaterInFile(context: StatementContext, name: string): boolean {
  return laterStatements(context).some(({ node }) => isSetOf(node, name));
}

function isSetOf(node: StatementContext["node"], name: string): boolean {
  return (
    "VariableSetStmt" in node &&
    node.VariableSetStmt.kind === "VAR_SET_VALUE" &&
    node.VariableSetStmt.name?.toLowerCase() === name
  );
}
