import { written } from "../../../catalog/catalog.ts";
import { viewsOn } from "../../../catalog/find.ts";
import { droppedColumns } from "../support/dropped-column.ts";
import { listOf } from "../support/existing.ts";
import { defineRule } from "../../rule.ts";

export const dropColumnOfView = defineRule({
  id: "drop-column-of-view",
  kind: "bug",
  severity: "error",
  summary: "A column is dropped that a view reads",
  why: "PostgreSQL refuses to drop a column that a view or a materialized view reads, unless CASCADE is said, which drops the view.",
  instead: "Drop the view and create it without the column in the same file, around the drop.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, note text, total numeric);\ncreate view notes as select id, note from orders;",
      sql: "alter table orders drop column note;",
      refused: "2BP01",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, note text, total numeric);\ncreate view totals as select id, total from orders;",
      sql: "alter table orders drop column note;",
      note: "the view does not read it",
    },
    {
      history:
        "create table orders (id bigint primary key, note text, total numeric);\ncreate view notes as select id, note from orders;",
      sql: "drop view notes;\nalter table orders drop column note;\ncreate view notes as select id from orders;",
    },
  ],
  otherIds: { migrationPilot: ["MP052"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, table, column, relation, cascade } of droppedColumns(context)) {
      if (table === undefined || column === undefined || cascade) continue;
      const views = viewsOn(context.catalog, table.key, name);
      if (views.length === 0) continue;
      yield {
        message: `PostgreSQL refuses to drop \`${relation}.${name}\`: ${listOf(views.map(written))} ${views.length === 1 ? "reads" : "read"} it. Drop and create what reads it in the same file, around this statement.`,
        relation,
      };
    }
  },
});
