/** What DROP statements name. */
import type { DropStmt, Node } from "@pgsql/types";
import { type Name, nameIn } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import type { Edit } from "../../finding.ts";
import { keyword } from "../../../sql/lexer.ts";
import { tokensOf } from "./edits.ts";

export type DropKind = NonNullable<DropStmt["removeType"]>;

/** The names that a DROP of one of these kinds has; empty for every other statement. */
export function droppedNames(node: Node, ...kinds: readonly DropKind[]): Name[] {
  if (!("DropStmt" in node)) return [];
  const { removeType, objects = [] } = node.DropStmt;
  if (removeType === undefined || !kinds.includes(removeType)) return [];
  return objects.flatMap((object) => nameOfObject(object) ?? []);
}

export function dropCascades(node: Node): boolean {
  return "DropStmt" in node && node.DropStmt.behavior === "DROP_CASCADE";
}

function nameOfObject(object: Node): Name | undefined {
  if ("List" in object) return nameIn(object.List.items);
  if ("TypeName" in object) return nameIn(object.TypeName.names);
  if ("ObjectWithArgs" in object) return nameIn(object.ObjectWithArgs.objname);
  return nameIn([object]);
}

/** Takes a word out, with the space before it; undefined unless it is there exactly once. */
export function removeWord(context: StatementContext, word: string): Edit | undefined {
  const { bytes } = context.file.parsed;
  const tokens = tokensOf(context);
  const found = tokens.filter((token) => keyword(bytes, token) === word);
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  const before = tokens[tokens.indexOf(only) - 1];
  return { start: before?.end ?? only.start, end: only.end, text: "" };
}
