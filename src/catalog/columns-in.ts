/** What an expression of a table's own (a check, a default, an index) is made of. */
import type { Node } from "@pgsql/types";
import { isFields, stringOf, walk } from "../sql/tree.ts";

/** The names of the columns that it uses, each once, in order. `*` names none. */
export function columnsIn(expression: unknown): string[] {
  const names = new Set<string>();
  walk(expression, (type, fields) => {
    if (type !== "ColumnRef") return;
    // `t.a` may name the table in front; composite values are written `(a).field`.
    const parts: unknown = fields["fields"];
    const name = Array.isArray(parts) ? stringOf(parts.at(-1)) : undefined;
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
  const ahead: [left: unknown, right: unknown][] = [[left, right]];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [one, other] = next;
    if (one === other) continue;
    if (typeof one !== "object" || typeof other !== "object") return false;
    if (one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return false;
    const ones = Object.entries(one).filter(([key]) => matters(key));
    const others = new Map(Object.entries(other).filter(([key]) => matters(key)));
    if (ones.length !== others.size) return false;
    for (const [key, value] of ones) {
      if (!others.has(key)) return false;
      ahead.push([value, others.get(key)]);
    }
  }
  return true;
}

/** A copy in which a column has its new name. */
export function withColumnRenamed(expression: Node, from: string, to: string): Node {
  if (!columnsIn(expression).includes(from)) return expression;
  // Not structuredClone: a sum of thousands of terms is deeper than its stack.
  const copy = copyOf(expression);
  walk([copy], (type, fields) => {
    if (type !== "ColumnRef" || !Array.isArray(fields["fields"])) return;
    const last = (fields["fields"] as unknown[]).at(-1);
    if (!isFields(last) || !isFields(last["String"]) || last["String"]["sval"] !== from) return;
    Object.assign(last["String"], { sval: to });
  });
  return copy;
}

/** A copy of a tree, however deep. */
export function copyOf(tree: Node): Node {
  const holder: { copy?: unknown } = {};
  const ahead: { into: Record<string, unknown>; key: string; value: unknown }[] = [
    { into: holder, key: "copy", value: tree },
  ];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { into, key, value } = next;
    if (typeof value !== "object" || value === null) {
      into[key] = value;
      continue;
    }
    const made = (Array.isArray(value) ? [] : {}) as Record<string, unknown>;
    into[key] = made;
    for (const [name, child] of Object.entries(value).toReversed()) {
      ahead.push({ into: made, key: name, value: child });
    }
  }
  return holder.copy as Node;
}

function matters(key: string): boolean {
  return key !== "location" && !key.endsWith("_location");
}
