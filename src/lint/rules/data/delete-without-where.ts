import { defineRule } from "../../rule.ts";
import { alwaysTrue, changedTable } from "../support/rows.ts";

export const deleteWithoutWhere = defineRule({
  id: "delete-without-where",
  kind: "data-loss",
  severity: "error",
  phase: "migrate",
  summary: "All rows of a table are deleted",
  why: "Without WHERE, or with one that is always true, every row goes, those that the application wrote a moment ago too. Each stays locked until the commit.",
  instead: "Say with WHERE which rows are meant, and delete them in batches.",
  bad: [
    { history: "create table sessions (id bigint primary key);", sql: "delete from sessions;" },
    {
      history: "create table sessions (id bigint primary key);",
      sql: "delete from sessions where true;",
    },
  ],
  good: [
    {
      history: "create table sessions (id bigint primary key);",
      sql: "delete from sessions where id = 7;",
    },
    { sql: "create temporary table staging (id bigint);\ndelete from staging;" },
  ],
  otherIds: {
    migrationPilot: ["MP011"],
    pgMigrationLint: ["PGM303"],
    postgresLanguageServer: ["banDeleteWithoutWhere"],
    pgrubic: ["GN023"],
  },
  on: ["DeleteStmt"],
  *check({ node, catalog }) {
    if (!("DeleteStmt" in node) || !alwaysTrue(node.DeleteStmt.whereClause)) return;
    const table = changedTable(node, catalog);
    if (table === undefined) return;
    yield {
      message: `Every row of \`${table.name}\` is deleted, those that the application has just written too. Say with WHERE which are meant.`,
      at: node.DeleteStmt.relation?.location,
      relation: table.name,
    };
  },
});
