import { defineRule } from "../../rule.ts";
import { changedTable } from "../support/rows.ts";

export const insertIntoExistingTable = defineRule({
  id: "insert-into-existing-table",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "migrate",
  summary: "A migration inserts rows into a table that is in use",
  why: "What rows there are is known in production only: the INSERT may meet rows that exist there already.",
  instead: "`ON CONFLICT DO NOTHING`, or a seed that is no migration.",
  bad: [
    {
      history: "create table plans (name text primary key);",
      sql: "insert into plans values ('free');",
    },
  ],
  good: [
    {
      history: "create table plans (name text primary key);",
      sql: "insert into plans values ('free') on conflict do nothing;",
    },
    { sql: "create table plans (name text primary key);\ninsert into plans values ('free');" },
  ],
  otherIds: { pgMigrationLint: ["PGM301"] },
  on: ["InsertStmt"],
  *check({ node, catalog }) {
    if (!("InsertStmt" in node) || node.InsertStmt.onConflictClause !== undefined) return;
    const table = changedTable(node, catalog);
    if (table === undefined) return;
    yield {
      message: `\`${table.name}\` may hold such rows in production already. Write ON CONFLICT DO NOTHING.`,
      at: node.InsertStmt.relation?.location,
    };
  },
});
