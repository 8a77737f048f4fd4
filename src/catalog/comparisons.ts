/**
 * What a CHECK says about one column, as far as PostgreSQL's prover would use it: comparisons with
 * constants, and IS NOT NULL. Everything else proves nothing.
 */
import type { A_Expr, Node } from "@pgsql/types";
import { stringList } from "../sql/tree.ts";

export type Operator = "<" | "<=" | "=" | ">=" | ">" | "<>";

export type Claim =
  | { readonly kind: "not-null"; readonly column: string }
  | {
      readonly kind: "compare";
      readonly column: string;
      readonly operator: Operator;
      readonly value: string;
    }
  /** One of the values; `column = any(array[…])`, `column in (…)`. */
  | { readonly kind: "in"; readonly column: string; readonly values: readonly string[] };

/** A condition in the shape that proofs need. */
export type Condition =
  | Claim
  | { readonly kind: "and"; readonly parts: readonly Condition[] }
  | { readonly kind: "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "unknown" };

const UNKNOWN: Condition = { kind: "unknown" };

const SWAPPED: Readonly<Record<Operator, Operator>> = {
  "<": ">",
  "<=": ">=",
  "=": "=",
  ">=": "<=",
  ">": "<",
  "<>": "<>",
};

const NEGATED: Readonly<Record<Operator, Operator>> = {
  "<": ">=",
  "<=": ">",
  "=": "<>",
  ">=": "<",
  ">": "<=",
  "<>": "=",
};

export function conditionOf(node: Node | undefined): Condition {
  if (node === undefined) return UNKNOWN;
  if ("BoolExpr" in node) {
    const { boolop, args = [] } = node.BoolExpr;
    if (boolop === "NOT_EXPR") {
      const column = nullTested(args[0]);
      return column === undefined ? negate(conditionOf(args[0])) : { kind: "not-null", column };
    }
    return { kind: boolop === "OR_EXPR" ? "or" : "and", parts: args.map(conditionOf) };
  }
  if ("NullTest" in node) {
    const column = columnName(node.NullTest.arg);
    if (column === undefined || node.NullTest.nulltesttype !== "IS_NOT_NULL") return UNKNOWN;
    return { kind: "not-null", column };
  }
  if ("A_Expr" in node) return expression(node.A_Expr);
  return UNKNOWN;
}

function expression(node: A_Expr): Condition {
  const { lexpr, rexpr } = node;
  const name = stringList(node.name).at(-1) ?? "";
  const column = columnName(lexpr);
  if (node.kind === "AEXPR_BETWEEN" && column !== undefined) {
    const [low, high] = listOf(rexpr).map(constantText);
    if (low === undefined || high === undefined) return UNKNOWN;
    return {
      kind: "and",
      parts: [
        { kind: "compare", column, operator: ">=", value: low },
        { kind: "compare", column, operator: "<=", value: high },
      ],
    };
  }
  if (node.kind === "AEXPR_IN" && column !== undefined) {
    const values = listOf(rexpr).map(constantText);
    if (values.some((value) => value === undefined)) return UNKNOWN;
    if (name === "=") return { kind: "in", column, values: values as string[] };
    return {
      kind: "and",
      parts: (values as string[]).map((value) => ({
        kind: "compare",
        column,
        operator: "<>",
        value,
      })),
    };
  }
  if (node.kind === "AEXPR_OP_ANY" && name === "=" && column !== undefined) {
    const values = arrayOf(rexpr)?.map(constantText);
    if (values === undefined || values.some((value) => value === undefined)) return UNKNOWN;
    return { kind: "in", column, values: values as string[] };
  }
  if (node.kind === "AEXPR_OP_ALL" && name === "<>" && column !== undefined) {
    const values = arrayOf(rexpr)?.map(constantText);
    if (values === undefined || values.some((value) => value === undefined)) return UNKNOWN;
    return negate({ kind: "in", column, values: values as string[] });
  }
  if (node.kind !== "AEXPR_OP" || !isOperator(name)) return UNKNOWN;
  if (column !== undefined) {
    const value = constantText(rexpr);
    return value === undefined ? UNKNOWN : { kind: "compare", column, operator: name, value };
  }
  const other = columnName(rexpr);
  const value = constantText(lexpr);
  if (other === undefined || value === undefined) return UNKNOWN;
  return { kind: "compare", column: other, operator: SWAPPED[name], value };
}

/** The column of `column is null`. */
function nullTested(node: Node | undefined): string | undefined {
  if (node === undefined || !("NullTest" in node)) return undefined;
  const { nulltesttype, arg } = node.NullTest;
  return nulltesttype === "IS_NULL" ? columnName(arg) : undefined;
}

function negate(condition: Condition): Condition {
  switch (condition.kind) {
    case "compare":
      return { ...condition, operator: NEGATED[condition.operator] };
    case "in":
      return {
        kind: "and",
        parts: condition.values.map((value) => ({
          kind: "compare",
          column: condition.column,
          operator: "<>",
          value,
        })),
      };
    case "and":
    case "or":
      return {
        kind: condition.kind === "and" ? "or" : "and",
        parts: condition.parts.map(negate),
      };
    default:
      return UNKNOWN;
  }
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(SWAPPED, name);
}

function columnName(node: Node | undefined): string | undefined {
  let inner = node;
  // `(status)::text = 'a'` is how the server prints a varchar's comparison, and how people copy it.
  while (inner !== undefined && "TypeCast" in inner) inner = inner.TypeCast.arg;
  if (inner === undefined || !("ColumnRef" in inner)) return undefined;
  return stringList(inner.ColumnRef.fields).at(-1);
}

/** A constant as text: numbers and strings, with or without a cast. */
export function constantText(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ("TypeCast" in node) return constantText(node.TypeCast.arg);
  if ("A_Expr" in node && stringList(node.A_Expr.name).at(-1) === "-") {
    const value = node.A_Expr.lexpr === undefined ? constantText(node.A_Expr.rexpr) : undefined;
    return value === undefined ? undefined : `-${value}`;
  }
  if (!("A_Const" in node)) return undefined;
  const { isnull, ival, fval, sval, boolval } = node.A_Const;
  if (isnull === true) return undefined;
  if (ival !== undefined) return String(ival.ival ?? 0);
  if (fval !== undefined) return fval.fval ?? "0";
  if (sval !== undefined) return sval.sval ?? "";
  if (boolval !== undefined) return String(boolval.boolval ?? false);
  return undefined;
}

function listOf(node: Node | undefined): readonly Node[] {
  return node !== undefined && "List" in node ? (node.List.items ?? []) : [];
}

function arrayOf(node: Node | undefined): readonly Node[] | undefined {
  if (node === undefined) return undefined;
  if ("TypeCast" in node) return arrayOf(node.TypeCast.arg);
  return "A_ArrayExpr" in node ? (node.A_ArrayExpr.elements ?? []) : undefined;
}

/** Negative, zero or positive; undefined when nobody can tell without the type's own order. */
export function compareConstants(left: string, right: string): number | undefined {
  if (left === right) return 0;
  const numbers = [left, right].map((one) =>
    /^-?\d+(\.\d+)?$/.test(one) ? Number(one) : Number.NaN,
  );
  if (numbers.every((one) => !Number.isNaN(one))) return numbers[0]! - numbers[1]!;
  const dates = [left, right].map(isoInstant);
  if (dates[0] !== undefined && dates[1] !== undefined)
    return dates[0] < dates[1] ? -1 : Number(dates[0] > dates[1]);
  return undefined;
}

/** ISO dates and times without a zone sort as text once they are equally long. */
function isoInstant(text: string): string | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(?:Z|\+00(?::?00)?)?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, day, time = "00:00"] = match;
  return `${day} ${time}`.padEnd(26, time.length <= 5 ? ":00" : "0");
}
