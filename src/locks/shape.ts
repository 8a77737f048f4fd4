/**
 * Which shapes a statement has, and which relations of its text play which role in them. Pure: it
 * looks at the parse tree only, never at a catalog.
 *
 * S1 A statement or sub-command that is not listed here is the shape `unknown`, with every relation
 *    that it names: the reader must expect the worst of it.
 * S2 A relation that the statement itself creates plays no role: nobody can hold a lock on it.
 */
import type { Node } from "@pgsql/types";
import type { Statement } from "../sql/statement.ts";
import { shapesOfAlterTable, shapesOfAlterType } from "./shapes/alter-table.ts";
import { shapesOfData } from "./shapes/data.ts";
import { shapesOfIndex } from "./shapes/indexes.ts";
import { shapesOfObject } from "./shapes/objects.ts";
import { shapesOfTable } from "./shapes/tables.ts";
import { type StatementShape, unknownShape } from "./statement-shape.ts";

export function shapesOf(stmt: Pick<Statement, "node">): StatementShape[] {
  return shapesOfNode(stmt.node);
}

export function shapesOfNode(node: Node): StatementShape[] {
  // CREATE SCHEMA may hold CREATE TABLE and the like, each of which locks what it would alone.
  if ("CreateSchemaStmt" in node)
    return (node.CreateSchemaStmt.schemaElts ?? []).flatMap(shapesOfNode);
  return (
    shapesOfAlterTable(node) ??
    shapesOfAlterType(node) ??
    shapesOfTable(node) ??
    shapesOfIndex(node) ??
    shapesOfObject(node) ??
    shapesOfData(node) ?? [unknownShape(node)]
  );
}
