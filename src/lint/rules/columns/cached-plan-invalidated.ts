import { columnOf, sameType } from "../../../catalog/find.ts";
import { columnType } from "../../../catalog/replay/column-type.ts";
import { locationOf, subCommands } from "../support/alter-table.ts";
import { defineRule } from "../../rule.ts";

export const cachedPlanInvalidated = defineRule({
  id: "cached-plan-invalidated",
  kind: "compatibility",
  severity: "warning",
  phase: "contract",
  summary: "Prepared statements that return the column fail once its type changes",
  why: 'A prepared statement whose result would have other types than before fails with "cached plan must not change result type", in each session that prepared it before: once where the driver prepares it again, until the restart where it does not, and always inside of a transaction. A longer `varchar` is another type here too.',
  instead:
    "Restart the application right after it, or let the driver prepare again (most do outside of transactions). Queries that name their columns and do not return this one go on.",
  bad: [
    {
      history: "create table users (id bigint primary key, name varchar(40));",
      sql: "alter table users alter column name type varchar(80);",
    },
  ],
  good: [
    {
      sql: "create table users (id bigint primary key, name varchar(40));\nalter table users alter column name type varchar(80);",
      note: "nobody has prepared anything yet",
    },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "alter table users alter column name type text;",
      note: "the type stays",
    },
  ],
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { cmd, table, relation, isNew } of subCommands(context, "AT_AlterColumnType")) {
      if (isNew || cmd.def === undefined || !("ColumnDef" in cmd.def)) continue;
      const { typeName, collClause } = cmd.def.ColumnDef;
      const from = columnOf(table, cmd.name)?.type;
      const same = from !== undefined && sameType(from, columnType(context.catalog, typeName));
      if (same && collClause === undefined) continue;
      yield {
        message: `Sessions with a prepared statement that returns \`${relation}.${cmd.name}\` get "cached plan must not change result type". Restart the application after it, or see that its driver prepares again.`,
        relation,
        at: locationOf(cmd),
      };
    }
  },
});
