/** What an expression of a table's own (a check, a default, an index) is made of. */
import type { Node } from "@pgsql/types";
import { isFields, stringList, walk } from "../sql/tree.ts";

/** The names of the columns that it uses, each once, in order. `*` names none. */
export function columnsIn(expression: unknown): string[] {
  const names = new Set<string>();
  walk(expression, (type, fields) => {
    if (type !== "ColumnRef") return;
    // `t.a` may name the table in front; composite values are written `(a).field`.
    const name = stringList(fields["fields"]).at(-1);
    if (name !== undefined) names.add(name);
  });
  return [...names];
}

/** Whether it uses the whole row, as in `check (f(t.*))`. */
export function usesWholeRow(expression: unknown): boolean {
  let whole = false;
  walk(expression, (type) => {
    whole ||= type === "A_Star";
  });
  return whole;
}

/** The same tree, wherever its parts stand in their files. */
export function expressionEquals(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length && left.every((one, at) => expressionEquals(one, right[at]))
    );
  }
  if (!isFields(left) || !isFields(right)) return false;
  const keys = Object.keys(left).filter(matters);
  return (
    keys.length === Object.keys(right).filter(matters).length &&
    keys.every((key) => key in right && expressionEquals(left[key], right[key]))
  );
}

/** A copy in which a column has its new name. */
export function withColumnRenamed(expression: Node, from: string, to: string): Node {
  if (!columnsIn(expression).includes(from)) return expression;
  const copy = structuredClone(expression);
  walk([copy], (type, fields) => {
    if (type !== "ColumnRef" || !Array.isArray(fields["fields"])) return;
    const last = (fields["fields"] as unknown[]).at(-1);
    if (!isFields(last) || !isFields(last["String"]) || last["String"]["sval"] !== from) return;
    Object.assign(last["String"], { sval: to });
  });
  return copy;
}

function matters(key: string): boolean {
  return key !== "location" && !key.endsWith("_location");
}
