/** SELECT, INSERT, UPDATE, DELETE, MERGE and COPY, also inside WITH and EXPLAIN. */
import type { Node } from "@pgsql/types";
import { type RelationName, relationsIn, sameRelation, unique, walk } from "../relation-name.ts";
import { shape, type StatementShape } from "../statement-shape.ts";

const WRITES: Readonly<Record<string, string>> = {
  InsertStmt: "insert",
  UpdateStmt: "update",
  DeleteStmt: "delete",
  MergeStmt: "merge",
};

export function shapesOfData(node: Node): StatementShape[] | undefined {
  if ("CopyStmt" in node) {
    const { relation, is_from, query } = node.CopyStmt;
    if (relation === undefined) return query === undefined ? [] : shapesOfQuery(query);
    if (is_from === true) return [shape("copy-from", { target: relationsIn({ relation }) })];
    return [shape("copy-to", { source: relationsIn({ relation }) })];
  }
  if ("PrepareStmt" in node) return shapesOfQuery(node.PrepareStmt.query);
  if ("DeclareCursorStmt" in node) return shapesOfQuery(node.DeclareCursorStmt.query);
  if ("ExplainStmt" in node) return shapesOfQuery(node.ExplainStmt.query);
  if ("SelectStmt" in node || Object.keys(node).some((kind) => kind in WRITES)) {
    return shapesOfQuery(node);
  }
  return undefined;
}

/** A query as a whole: what it writes, what it locks row by row, and everything else as read. */
function shapesOfQuery(query: unknown): StatementShape[] {
  const shapes: StatementShape[] = [];
  const written: RelationName[] = [];
  const created: RelationName[] = [];
  let locksRows = false;
  walk(query, (key, value) => {
    const id = WRITES[key];
    if (id !== undefined) {
      const target = relationsIn(value["relation"]);
      written.push(...target);
      shapes.push(shape(id, { target }));
    }
    if (key === "intoClause") created.push(...relationsIn(value["rel"]));
    locksRows ||= key === "LockingClause";
  });
  const others = relationsIn(query).filter(
    (name) => ![...written, ...created].some((other) => sameRelation(name, other)),
  );
  if (others.length === 0) return shapes;
  // Which table FOR UPDATE means may depend on aliases; ROW SHARE for all of them is the safe side.
  if (locksRows) shapes.push(shape("select-for-update", { target: unique(others) }));
  else shapes.push(shape("select", { source: unique(others) }));
  return shapes;
}
