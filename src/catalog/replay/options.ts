/** WITH (…) of a table, as words. */
import type { Node } from "@pgsql/types";
import { stringOf } from "../../sql/tree.ts";

export function readOptions(into: Record<string, string>, list: readonly Node[] | undefined): void {
  for (const [name, value] of optionsIn(list)) into[name] = value;
}

export function resetOptions(
  from: Record<string, string>,
  list: readonly Node[] | undefined,
): void {
  for (const [name] of optionsIn(list)) delete from[name];
}

function* optionsIn(list: readonly Node[] | undefined): Iterable<readonly [string, string]> {
  for (const one of list ?? []) {
    if (!("DefElem" in one)) continue;
    const { defnamespace, defname = "", arg } = one.DefElem;
    const name = defnamespace === undefined ? defname : `${defnamespace}.${defname}`;
    // Without a value an option is on.
    yield [name, arg === undefined ? "true" : textOf(arg)];
  }
}

/** A value of a DefElem: words, numbers and names are all the same to the server. */
export function textOf(node: Node): string {
  const text = stringOf(node);
  if (text !== undefined) return text;
  if ("Integer" in node) return String(node.Integer.ival ?? 0);
  if ("Float" in node) return node.Float.fval ?? "0";
  if ("Boolean" in node) return String(node.Boolean.boolval ?? false);
  if ("TypeName" in node) return stringOf(node.TypeName.names?.at(-1)) ?? "";
  if ("A_Const" in node) {
    const { ival, fval, sval, boolval } = node.A_Const;
    if (sval !== undefined) return sval.sval ?? "";
    if (fval !== undefined) return fval.fval ?? "";
    if (boolval !== undefined) return String(boolval.boolval ?? false);
    return ival === undefined ? "" : String(ival.ival ?? 0);
  }
  return "";
}
