import { columnOf } from "../../../catalog/find.ts";
import { expressionVolatility } from "../../../catalog/volatility.ts";
import { subCommands } from "../support/alter-table.ts";
import { defineRule } from "../../rule.ts";

export const alterDefaultVolatileExisting = defineRule({
  id: "alter-default-volatile-existing",
  kind: "bug",
  severity: "info",
  pack: "style",
  summary: "A column gets a volatile default that old rows do not get",
  why: "SET DEFAULT is for rows that are inserted from now on. Rows that are there keep what they have, null in most cases, also when the default is one that differs from row to row.",
  instead: "Fill the old rows in batches, in a file of its own, if they are to have a value.",
  bad: [
    {
      history: "create table orders (id bigint primary key, token uuid);",
      sql: "alter table orders alter column token set default gen_random_uuid();",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, token uuid not null);",
      sql: "alter table orders alter column token set default gen_random_uuid();",
      note: "every row has a value",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "alter table orders alter column state set default 'new';",
    },
  ],
  otherIds: { migrationPilot: ["MP048"] },
  on: ["AlterTableStmt"],
  *check(context) {
    const { catalog, target } = context;
    for (const { cmd, table, relation, isNew } of subCommands(context, "AT_ColumnDefault")) {
      const column = columnOf(table, cmd.name);
      if (cmd.def === undefined || column === undefined || column.notNull === true || isNew)
        continue;
      const { volatility, because, certain } = expressionVolatility(
        cmd.def,
        catalog,
        target.version,
      );
      if (volatility !== "volatile" || !certain) continue;
      yield {
        message: `Only new rows of \`${relation}\` get \`${because}\` in \`${cmd.name}\`; old rows keep what they have. Fill them in batches if they are to have a value.`,
        relation,
      };
    }
  },
});
