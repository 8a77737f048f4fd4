import { expressionEquals } from "../../../catalog/columns-in.ts";
import { columnOf } from "../../../catalog/find.ts";
import { subCommands } from "../support/alter-table.ts";
import { defineRule } from "../../rule.ts";

export const setDefault = defineRule({
  id: "set-default",
  kind: "compatibility",
  severity: "info",
  summary: "The default of a column changes",
  why: "Only rows that are inserted from now on, without a value, get the new default; those that are there keep theirs. An ORM that read the old default at its start goes on writing it until it is restarted.",
  instead:
    "Make sure that both versions of the application can live with both values, and update old rows in batches where they are to change too.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text default 'new');",
      sql: "alter table orders alter column state set default 'open';",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "alter table orders alter column state set default 'new';",
      note: "its first default",
    },
    {
      history: "create table orders (id bigint primary key, state text default 'new');",
      sql: "alter table orders alter column state set default 'new';",
      note: "it stays the same",
    },
  ],
  otherIds: { strongMigrations: ["change_column_default"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { cmd, table, relation, isNew } of subCommands(context, "AT_ColumnDefault")) {
      const before = columnOf(table, cmd.name)?.default;
      if (cmd.def === undefined || before === undefined || isNew) continue;
      if (expressionEquals(before, cmd.def)) continue;
      yield {
        message: `Only new rows of \`${relation}\` get the new default of \`${cmd.name}\`, and ORMs that read the old one at their start write it until they are restarted.`,
        relation,
      };
    }
  },
});
