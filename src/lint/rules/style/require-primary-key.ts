import type { Node } from "@pgsql/types";
import { hasConstraint } from "../support/columns.ts";
import { createdTable } from "../support/created.ts";
import { defineRule } from "../../rule.ts";

/** CREATE_TABLE_LIKE_INDEXES of parsenodes.h. */
const LIKE_INDEXES = 1 << 6;

export const requirePrimaryKey = defineRule({
  id: "require-primary-key",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A table has no primary key",
  why: "Without a primary key a row cannot be named: logical replication refuses its updates and deletes, batches have no order to go by, and doubled rows cannot be told apart.",
  instead:
    "`id bigint generated always as identity primary key`, or the columns that make a row what it is.",
  bad: [{ sql: "create table events (at timestamptz, body jsonb);" }],
  good: [
    { sql: "create table events (id bigint primary key, body jsonb);" },
    {
      sql: "create table events (at timestamptz, body jsonb);\nalter table events add primary key (at);",
      note: "it gets one in the same file",
    },
    {
      history:
        "create table events (id bigint, at date, primary key (id, at)) partition by range (at);",
      sql: "create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');",
      note: "a partition has its parent's",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM502"], migrationPilot: ["MP045"], pgrubic: ["GN004"] },
  *check(context) {
    const table = createdTable(context);
    if (table === undefined) return;
    const { stmt, name, location } = table;
    const inside = (stmt.tableElts ?? []).some((one) =>
      "ColumnDef" in one
        ? hasConstraint(one.ColumnDef, "CONSTR_PRIMARY")
        : "Constraint" in one
          ? one.Constraint.contype === "CONSTR_PRIMARY"
          : "TableLikeClause" in one && ((one.TableLikeClause.options ?? 0) & LIKE_INDEXES) !== 0,
    );
    if (inside || context.file.parsed.statements.some(({ node }) => addsKey(node, name))) return;
    yield {
      message: `\`${name}\` has no primary key: its rows cannot be named, and logical replication refuses updates and deletes. Give it one.`,
      at: location,
    };
  },
});

function addsKey(node: Node, table: string): boolean {
  if (!("AlterTableStmt" in node) || node.AlterTableStmt.relation?.relname !== table) return false;
  return (node.AlterTableStmt.cmds ?? []).some((one) => {
    if (!("AlterTableCmd" in one)) return false;
    const { def } = one.AlterTableCmd;
    if (def === undefined) return false;
    if ("Constraint" in def) return def.Constraint.contype === "CONSTR_PRIMARY";
    return "ColumnDef" in def && hasConstraint(def.ColumnDef, "CONSTR_PRIMARY");
  });
}
