/** What a statement makes that has a name. */
import type { CreateStmt, Node, RangeVar } from "@pgsql/types";
import { findRelation, nameOf } from "../../../catalog/find.ts";
import { stringList } from "../../../sql/tree.ts";
import type { StatementContext } from "../../context.ts";

export interface CreatedObject {
  /** As people say it: "table", "view". */
  readonly what: string;
  readonly schema: string | undefined;
  readonly name: string;
  readonly location: number | undefined;
}

/** The object of a CREATE; undefined for temporary ones and for what has no schema. */
export function createdObject(node: Node): CreatedObject | undefined {
  if ("CreateStmt" in node) return relation("table", node.CreateStmt.relation);
  if ("CreateForeignTableStmt" in node) {
    return relation("foreign table", node.CreateForeignTableStmt.base?.relation);
  }
  if ("ViewStmt" in node) return relation("view", node.ViewStmt.view);
  if ("CreateTableAsStmt" in node) {
    const { into, objtype } = node.CreateTableAsStmt;
    return relation(objtype === "OBJECT_MATVIEW" ? "materialized view" : "table", into?.rel);
  }
  if ("CreateSeqStmt" in node) return relation("sequence", node.CreateSeqStmt.sequence);
  if ("CompositeTypeStmt" in node) return relation("type", node.CompositeTypeStmt.typevar);
  if ("CreateEnumStmt" in node) return qualified("type", node.CreateEnumStmt.typeName);
  if ("CreateRangeStmt" in node) return qualified("type", node.CreateRangeStmt.typeName);
  if ("CreateDomainStmt" in node) return qualified("domain", node.CreateDomainStmt.domainname);
  if ("CreateFunctionStmt" in node) {
    const { funcname, is_procedure } = node.CreateFunctionStmt;
    return qualified(is_procedure === true ? "procedure" : "function", funcname);
  }
  return undefined;
}

function relation(what: string, range: RangeVar | undefined): CreatedObject | undefined {
  if (range?.relname === undefined || range.relpersistence === "t") return undefined;
  return { what, schema: range.schemaname, name: range.relname, location: range.location };
}

function qualified(what: string, names: Node[] | undefined): CreatedObject | undefined {
  const words = stringList(names);
  const name = words.at(-1);
  return name === undefined ? undefined : { what, schema: words.at(-2), name, location: undefined };
}

export interface CreatedTable {
  readonly stmt: CreateStmt;
  readonly name: string;
  readonly location: number | undefined;
}

/** A table with a definition of its own: not temporary, no partition, not there already. */
export function createdTable({
  node,
  catalog,
}: Pick<StatementContext, "node" | "catalog">): CreatedTable | undefined {
  if (!("CreateStmt" in node)) return undefined;
  const stmt = node.CreateStmt;
  const name = stmt.relation?.relname;
  const temporary = stmt.relation?.relpersistence === "t";
  if (name === undefined || temporary || stmt.partbound !== undefined) return undefined;
  if (stmt.if_not_exists === true && findRelation(catalog, nameOf(stmt.relation)) !== undefined) {
    return undefined;
  }
  return { stmt, name, location: stmt.relation?.location };
}
