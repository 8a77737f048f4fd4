/** RENAME and SET SCHEMA of anything, and what hangs on a table: triggers, policies, comments, … */
import type { AlterObjectSchemaStmt, CommentStmt, DropStmt, Node, RenameStmt } from "@pgsql/types";
import type { LockRole } from "../lock-facts.ts";
import { fromNameList, fromRangeVar, fromRangeVars, relationsIn } from "../relation-name.ts";
import { shape, type StatementShape, UNKNOWN_SHAPE, unknownShape } from "../statement-shape.ts";

type ObjectType = NonNullable<RenameStmt["renameType"]>;
type Row = readonly [id: string, role: LockRole];

const RENAMES: Partial<Record<ObjectType, Row>> = {
  OBJECT_TABLE: ["alter-table/rename-table", "target"],
  OBJECT_TABCONSTRAINT: ["alter-table/rename-constraint", "target"],
  OBJECT_INDEX: ["alter-index/rename", "index"],
  OBJECT_VIEW: ["alter-view/rename", "target"],
  OBJECT_MATVIEW: ["alter-materialized-view/rename", "target"],
  OBJECT_SEQUENCE: ["alter-sequence/rename", "target"],
  OBJECT_TRIGGER: ["alter-trigger/rename", "table-of-trigger"],
  OBJECT_POLICY: ["alter-policy/rename", "target"],
  OBJECT_RULE: ["alter-rule/rename", "target"],
};

const COLUMN_RENAMES: Partial<Record<ObjectType, Row>> = {
  OBJECT_TABLE: ["alter-table/rename-column", "target"],
  OBJECT_VIEW: ["alter-view/rename-column", "target"],
};

const SET_SCHEMA: Partial<Record<ObjectType, string>> = {
  OBJECT_TABLE: "alter-table/set-schema",
  OBJECT_VIEW: "alter-view/set-schema",
  OBJECT_MATVIEW: "alter-materialized-view/set-schema",
  OBJECT_SEQUENCE: "alter-sequence/set-schema",
};

/** The object's name ends with the name of the thing on the table. */
const DROPS: Partial<Record<ObjectType, Row>> = {
  OBJECT_TRIGGER: ["drop-trigger", "table-of-trigger"],
  OBJECT_POLICY: ["drop-policy", "target"],
  OBJECT_RULE: ["drop-rule", "target"],
};

/** The third value: how many names at the end are not the relation's. */
const COMMENTS: Partial<Record<ObjectType, readonly [...Row, less: 0 | 1]>> = {
  OBJECT_TABLE: ["comment/table", "target", 0],
  OBJECT_COLUMN: ["comment/column", "target", 1],
  OBJECT_VIEW: ["comment/view", "target", 0],
  OBJECT_MATVIEW: ["comment/materialized-view", "target", 0],
  OBJECT_SEQUENCE: ["comment/sequence", "target", 0],
  OBJECT_INDEX: ["comment/index", "index", 0],
  OBJECT_TABCONSTRAINT: ["comment/constraint", "target", 1],
  OBJECT_TRIGGER: ["comment/trigger", "table-of-trigger", 1],
  OBJECT_POLICY: ["comment/policy", "target", 1],
  OBJECT_RULE: ["comment/rule", "target", 1],
};

const PUBLICATION_VERBS = {
  AP_AddObjects: "add",
  AP_DropObjects: "drop",
  AP_SetObjects: "set",
} as const;

export function shapesOfObject(node: Node): StatementShape[] | undefined {
  if ("RenameStmt" in node) return rename(node.RenameStmt);
  if ("AlterObjectSchemaStmt" in node) return setSchema(node.AlterObjectSchemaStmt);
  if ("DropStmt" in node) return drop(node.DropStmt);
  if ("CommentStmt" in node) return comment(node.CommentStmt);
  if ("CreateTrigStmt" in node) {
    const { relation, isconstraint, constrrel } = node.CreateTrigStmt;
    const id = isconstraint === true ? "create-constraint-trigger" : "create-trigger";
    const roles = { "table-of-trigger": fromRangeVar(relation) };
    if (constrrel === undefined) return [shape(id, roles)];
    return [shape(id, { ...roles, referenced: fromRangeVar(constrrel) })];
  }
  if ("CreatePolicyStmt" in node) {
    return withSources("create-policy", node.CreatePolicyStmt, node.CreatePolicyStmt.table);
  }
  if ("AlterPolicyStmt" in node) {
    return withSources("alter-policy", node.AlterPolicyStmt, node.AlterPolicyStmt.table);
  }
  if ("RuleStmt" in node) return withSources("create-rule", node.RuleStmt, node.RuleStmt.relation);
  if ("CreateStatsStmt" in node) {
    return [shape("create-statistics", { target: fromRangeVars(node.CreateStatsStmt.relations) })];
  }
  if ("CreateFunctionStmt" in node) {
    // Only a body in BEGIN ATOMIC is parsed when the function is made; a string is not looked at.
    const source = relationsIn(node.CreateFunctionStmt.sql_body);
    return source.length > 0 ? [shape("create-function", { source })] : [];
  }
  // A composite type is a relation that the statement makes.
  if ("CompositeTypeStmt" in node) return [];
  if ("SecLabelStmt" in node && node.SecLabelStmt.objtype === "OBJECT_TABLE") {
    return [shape(UNKNOWN_SHAPE, { target: fromNameList(node.SecLabelStmt.object) })];
  }
  if ("AlterStatsStmt" in node) return [shape("alter-statistics", {})];
  if ("GrantStmt" in node) {
    const { is_grant, objects } = node.GrantStmt;
    return [shape(is_grant === true ? "grant" : "revoke", { target: fromRangeVars(objects) })];
  }
  if ("CreatePublicationStmt" in node) {
    const target = relationsIn(node.CreatePublicationStmt.pubobjects);
    return [shape("create-publication", { target })];
  }
  if ("AlterPublicationStmt" in node) {
    const { action = "AP_AddObjects", pubobjects } = node.AlterPublicationStmt;
    const id = `alter-publication/${PUBLICATION_VERBS[action]}`;
    return [shape(id, { target: relationsIn(pubobjects) })];
  }
  return undefined;
}

function rename(stmt: RenameStmt): StatementShape[] {
  const { renameType = "OBJECT_TABLE", relationType = "OBJECT_TABLE", relation } = stmt;
  // Types, functions and schemas are renamed without naming a relation.
  if (relation === undefined) return [];
  const row = renameType === "OBJECT_COLUMN" ? COLUMN_RENAMES[relationType] : RENAMES[renameType];
  if (row === undefined) return [unknownShape(stmt)];
  return [shape(row[0], { [row[1]]: fromRangeVar(relation) })];
}

function setSchema(stmt: AlterObjectSchemaStmt): StatementShape[] {
  if (stmt.relation === undefined) return [];
  const id = SET_SCHEMA[stmt.objectType ?? "OBJECT_TABLE"];
  return [
    id === undefined ? unknownShape(stmt) : shape(id, { target: fromRangeVar(stmt.relation) }),
  ];
}

function drop(stmt: DropStmt): StatementShape[] | undefined {
  if (stmt.removeType === "OBJECT_STATISTIC_EXT") return [shape("drop-statistics", {})];
  const row = DROPS[stmt.removeType ?? "OBJECT_TABLE"];
  if (row === undefined) {
    // A foreign table is a relation; types, functions, schemas and the rest are not.
    if (stmt.removeType !== "OBJECT_FOREIGN_TABLE") return undefined;
    const target = (stmt.objects ?? []).flatMap((object) => fromNameList(object));
    return [shape(UNKNOWN_SHAPE, { target })];
  }
  const [id, role] = row;
  return [shape(id, { [role]: (stmt.objects ?? []).flatMap((object) => fromNameList(object, 1)) })];
}

function comment(stmt: CommentStmt): StatementShape[] {
  const row = COMMENTS[stmt.objtype ?? "OBJECT_TABLE"];
  if (row === undefined) {
    // Comments on a foreign table are the only ones left that name a relation.
    const target = stmt.objtype === "OBJECT_FOREIGN_TABLE" ? fromNameList(stmt.object) : [];
    return target.length > 0 ? [shape(UNKNOWN_SHAPE, { target })] : [];
  }
  const [id, role, less] = row;
  return [shape(id, { [role]: fromNameList(stmt.object, less) })];
}

/** The expressions of policies and rules may read other tables; they are only looked up. */
function withSources(
  id: string,
  stmt: object,
  relation: Parameters<typeof fromRangeVar>[0],
): StatementShape[] {
  const target = fromRangeVar(relation);
  const source = relationsIn(stmt).filter(
    ({ schema, name }) =>
      !(name === target[0]?.name && schema === target[0].schema) &&
      // In rules these two stand for the row, not for tables.
      !(id === "create-rule" && (name === "old" || name === "new")),
  );
  return [shape(id, { target }), ...(source.length > 0 ? [shape("select", { source })] : [])];
}
