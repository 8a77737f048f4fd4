import { written } from "../../../catalog/catalog.ts";
import { columnOf, viewsOn } from "../../../catalog/find.ts";
import { locationOf, subCommands } from "../support/alter-table.ts";
import { listOf } from "../support/existing.ts";
import { defineRule } from "../../rule.ts";

export const typeChangeDependentView = defineRule({
  id: "type-change-dependent-view",
  kind: "bug",
  severity: "error",
  summary: "The type of a column changes that a view reads",
  why: "PostgreSQL refuses to change the type of a column that a view, a materialized view or a rule uses, even when the new type would not matter to it.",
  instead:
    "Drop the view and create it again in the same file, around the change. Grants and comments on it have to be given again.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, note text, total numeric);\ncreate view notes as select id, note from orders;",
      sql: "alter table orders alter column note type varchar;",
      refused: "0A000",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, note text, total numeric);\ncreate view notes as select id, note from orders;",
      sql: "drop view notes;\nalter table orders alter column note type varchar;\ncreate view notes as select id, note from orders;",
    },
    {
      history:
        "create table orders (id bigint primary key, note text, total numeric);\ncreate view notes as select id, note from orders;",
      sql: "alter table orders alter column total type numeric;",
      note: "the view does not read it",
    },
  ],
  otherIds: { migrationPilot: ["MP052"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { cmd, table, relation } of subCommands(context, "AT_AlterColumnType")) {
      if (table === undefined || columnOf(table, cmd.name) === undefined) continue;
      const views = viewsOn(context.catalog, table.key, cmd.name);
      if (views.length === 0) continue;
      yield {
        message: `PostgreSQL refuses to change the type of \`${relation}.${cmd.name}\`: ${listOf(views.map(written))} ${views.length === 1 ? "reads" : "read"} it. Drop and create what reads it in the same file, around this statement.`,
        relation,
        at: locationOf(cmd),
      };
    }
  },
});
