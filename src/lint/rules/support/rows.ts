/** Statements that change rows of a table that is in use. */
import type { Node, RangeVar } from "@pgsql/types";
import type { Catalog } from "../../../catalog/catalog.ts";
import { nameOf } from "../../../catalog/find.ts";
import { relationsIn } from "../../../locks/relation-name.ts";
import { isFields } from "../../../sql/tree.ts";
import { existing, type Existing } from "./existing.ts";

export interface RowChange {
  readonly verb: "UPDATE" | "DELETE" | "INSERT" | "MERGE";
  readonly relation: RangeVar | undefined;
  readonly where: Node | undefined;
}

export function rowChange(node: Node): RowChange | undefined {
  if ("UpdateStmt" in node) {
    const { relation, whereClause: where } = node.UpdateStmt;
    return { verb: "UPDATE", relation, where };
  }
  if ("DeleteStmt" in node) {
    const { relation, whereClause: where } = node.DeleteStmt;
    return { verb: "DELETE", relation, where };
  }
  if ("InsertStmt" in node) {
    return { verb: "INSERT", relation: node.InsertStmt.relation, where: undefined };
  }
  if ("MergeStmt" in node) {
    const { relation, joinCondition: where } = node.MergeStmt;
    return { verb: "MERGE", relation, where };
  }
  return undefined;
}

/** Undefined when nobody else can see the table. */
export function changedTable(node: Node, catalog: Catalog): Existing | undefined {
  const change = rowChange(node);
  return change && existing(catalog, nameOf(change.relation));
}

/** As many rows as a table of the query has: not VALUES, and not a LIMIT. */
export function insertsFromTable(node: Node): boolean {
  if (!("InsertStmt" in node)) return false;
  const { selectStmt } = node.InsertStmt;
  if (selectStmt === undefined || !("SelectStmt" in selectStmt)) return false;
  const { limitCount, valuesLists } = selectStmt.SelectStmt;
  return (
    limitCount === undefined && valuesLists === undefined && relationsIn(selectStmt).length > 0
  );
}

/** No condition, or one that holds for every row as it is written: `true`, `1 = 1`. */
export function alwaysTrue(where: Node | undefined): boolean {
  if (where === undefined) return true;
  if ("A_Const" in where) return where.A_Const.boolval?.boolval === true;
  if ("TypeCast" in where) return alwaysTrue(where.TypeCast.arg);
  if ("BoolExpr" in where) {
    const { boolop, args = [] } = where.BoolExpr;
    if (boolop === "OR_EXPR") return args.some(alwaysTrue);
    return boolop === "AND_EXPR" && args.every(alwaysTrue);
  }
  if (!("A_Expr" in where)) return false;
  const { kind, name = [], lexpr, rexpr } = where.A_Expr;
  const operator = name[0];
  const equals = operator !== undefined && "String" in operator && operator.String.sval === "=";
  return (
    kind === "AEXPR_OP" &&
    equals &&
    constant(lexpr) !== undefined &&
    constant(lexpr) === constant(rexpr)
  );
}

function constant(node: Node | undefined): string | undefined {
  if (node === undefined || !("A_Const" in node)) return undefined;
  const { location: _, ...value } = node.A_Const as { location?: number };
  return isFields(value) ? JSON.stringify(value) : undefined;
}
