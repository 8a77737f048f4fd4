/**
 * SQL of the few expressions that defaults mostly are: constants, casts of them, and calls. What is
 * more than that is not printed at all; a wrong one would be found by the proof.
 */
import type { Node, TypeName } from "@pgsql/types";
import { qualified, quoteIdent, quoteLiteral } from "../../../postgres/identifiers.ts";
import { stringList } from "../../../sql/tree.ts";

export function expressionText(node: Node): string | undefined {
  if ("A_Const" in node) return constantText(node.A_Const);
  if ("TypeCast" in node) {
    const { arg, typeName } = node.TypeCast;
    const inner = arg && expressionText(arg);
    const type = typeName && typeNameText(typeName);
    return inner === undefined || type === undefined ? undefined : `${inner}::${type}`;
  }
  if ("FuncCall" in node) {
    const { funcname, args = [], agg_star, agg_distinct, func_variadic } = node.FuncCall;
    if (agg_star === true || agg_distinct === true || func_variadic === true) return undefined;
    const inner = args.map(expressionText);
    if (inner.includes(undefined)) return undefined;
    const words = stringList(funcname);
    return `${qualified(words.at(-2), words.at(-1) ?? "")}(${inner.join(", ")})`;
  }
  if ("SQLValueFunction" in node) {
    const { op = "", typmod = -1 } = node.SQLValueFunction;
    return typmod > 0 ? undefined : op.replace(/^SVFOP_/, "").toLowerCase();
  }
  return undefined;
}

function constantText(
  constant: Extract<Node, { A_Const: unknown }>["A_Const"],
): string | undefined {
  const { ival, fval, sval, boolval, isnull } = constant;
  if (isnull === true) return "null";
  // The tree leaves zero, false and the empty string out.
  if (ival !== undefined) return String(ival.ival ?? 0);
  if (fval !== undefined) return fval.fval;
  if (boolval !== undefined) return String(boolval.boolval ?? false);
  return sval === undefined ? undefined : quoteLiteral(sval.sval ?? "");
}

function typeNameText({ names, typmods = [], arrayBounds = [] }: TypeName): string | undefined {
  if (typmods.length > 0) return undefined;
  const words = stringList(names);
  const name = words.at(-1);
  if (name === undefined) return undefined;
  const schema = words.at(-2);
  const text = schema === undefined ? quoteIdent(name) : qualified(schema, name);
  return arrayBounds.length > 0 ? `${text}[]` : text;
}
