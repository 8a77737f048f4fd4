/** CREATE INDEX, DROP INDEX, REINDEX, and ALTER INDEX … ATTACH PARTITION. */
import type { Node } from "@pgsql/types";
import { fromNameList, fromRangeVar } from "../relation-name.ts";
import { shape, type StatementShape } from "../statement-shape.ts";
import { isOn } from "./tables.ts";

export function shapesOfIndex(node: Node): StatementShape[] | undefined {
  if ("IndexStmt" in node) {
    const { relation, concurrent } = node.IndexStmt;
    // ON ONLY: the index of a partitioned table, which has no rows, and of none of its partitions.
    const plain = relation?.inh === true ? "create-index" : "create-index-only";
    const id = concurrent === true ? "create-index-concurrently" : plain;
    return [shape(id, { target: fromRangeVar(relation) })];
  }
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_INDEX") {
    const { objects, concurrent } = node.DropStmt;
    const id = concurrent === true ? "drop-index-concurrently" : "drop-index";
    return [shape(id, { index: (objects ?? []).flatMap((object) => fromNameList(object)) })];
  }
  if ("ReindexStmt" in node) {
    const { kind, relation, params } = node.ReindexStmt;
    const concurrently = isOn(params, "concurrently") ? "-concurrently" : "";
    if (kind === "REINDEX_OBJECT_INDEX") {
      return [shape(`reindex-index${concurrently}`, { index: fromRangeVar(relation) })];
    }
    if (kind !== "REINDEX_OBJECT_TABLE") {
      // SCHEMA, DATABASE and SYSTEM name no relation; they take the tables one after another.
      return [shape(`reindex-schema${concurrently}`, {})];
    }
    return [shape(`reindex-table${concurrently}`, { target: fromRangeVar(relation) })];
  }
  return undefined;
}
