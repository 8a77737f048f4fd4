/**
 * The relation names that come into being with a statement, so that a later statement of the same
 * file on such a name is not taken for one on a relation that the application uses.
 *
 * IF NOT EXISTS and OR REPLACE are left out: the relation may have been there before, with readers.
 * The new name of a renamed table is included: the rename itself took ACCESS EXCLUSIVE on it.
 */
import type { Node, RangeVar } from "@pgsql/types";
import type { Statement } from "../sql/statement.ts";
import { fromRangeVar, type RelationName } from "./relation-name.ts";

const RENAMED_UNDER_STRONGEST_LOCK: ReadonlySet<string | undefined> = new Set([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_SEQUENCE",
]);

export function createdRelations(stmt: Pick<Statement, "node">): RelationName[] {
  return createdBy(stmt.node);
}

function createdBy(node: Node): RelationName[] {
  if ("CreateStmt" in node) {
    return node.CreateStmt.if_not_exists === true ? [] : fromRangeVar(node.CreateStmt.relation);
  }
  if ("CreateForeignTableStmt" in node) {
    const { base } = node.CreateForeignTableStmt;
    return base === undefined ? [] : createdBy({ CreateStmt: base });
  }
  if ("CreateTableAsStmt" in node) {
    const { if_not_exists, into } = node.CreateTableAsStmt;
    return if_not_exists === true ? [] : fromRangeVar(into?.rel);
  }
  if ("SelectStmt" in node) return fromRangeVar(node.SelectStmt.intoClause?.rel);
  if ("ViewStmt" in node) {
    return node.ViewStmt.replace === true ? [] : fromRangeVar(node.ViewStmt.view);
  }
  if ("CreateSeqStmt" in node) {
    const { if_not_exists, sequence } = node.CreateSeqStmt;
    return if_not_exists === true ? [] : fromRangeVar(sequence);
  }
  if ("IndexStmt" in node) {
    const { if_not_exists, idxname, relation } = node.IndexStmt;
    return if_not_exists === true ? [] : beside(relation, idxname);
  }
  if ("RenameStmt" in node) {
    const { renameType, relation, newname } = node.RenameStmt;
    return RENAMED_UNDER_STRONGEST_LOCK.has(renameType) ? beside(relation, newname) : [];
  }
  if ("CreateSchemaStmt" in node) {
    const { schemaname, schemaElts = [] } = node.CreateSchemaStmt;
    return schemaElts
      .flatMap(createdBy)
      .map((created) => (schemaname === undefined ? created : { schema: schemaname, ...created }));
  }
  return [];
}

/** A new name in the schema of an existing relation: indexes live beside their table. */
function beside(relation: RangeVar | undefined, name: string | undefined): RelationName[] {
  if (name === undefined) return [];
  return fromRangeVar({ ...relation, relname: name });
}
