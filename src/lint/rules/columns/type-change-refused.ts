import type { Table } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/columns-in.ts";
import { locationOf, subCommands } from "../support/alter-table.ts";
import { defineRule } from "../../rule.ts";

export const typeChangeRefused = defineRule({
  id: "type-change-refused",
  kind: "bug",
  severity: "error",
  summary: "The type of a column changes that PostgreSQL does not let change",
  why: "The type of a column cannot change while a generated column is computed from it, nor when it is part of the partition key.",
  instead:
    "Drop the generated column before and add it again afterwards. A partition key needs a new partitioned table.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, net int, total int generated always as (net * 2) stored);",
      sql: "alter table orders alter column net type numeric;",
      refused: "0A000",
    },
    {
      history: "create table events (id bigint, at date) partition by range (at);",
      sql: "alter table events alter column at type timestamptz;",
      refused: "42P16",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, net int, tax int, total int generated always as (net * 2) stored);",
      sql: "alter table orders alter column tax type numeric;",
    },
    {
      history:
        "create table orders (id bigint primary key, net int, total int generated always as (net * 2) stored);",
      sql: "alter table orders drop column total;\nalter table orders alter column net type numeric;",
    },
  ],
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { cmd, table, relation } of subCommands(context, "AT_AlterColumnType")) {
      const name = cmd.name ?? "";
      if (table === undefined) continue;
      const why = obstacle(table, name);
      if (why === undefined) continue;
      yield {
        message: `PostgreSQL refuses to change the type of \`${relation}.${name}\`: ${why}.`,
        relation,
        at: locationOf(cmd),
      };
    }
  },
});

function obstacle(table: Table, column: string): string | undefined {
  const inKey = (table.partitionKey?.columns ?? []).some((one) =>
    typeof one === "string" ? one === column : columnsIn(one).includes(column),
  );
  if (inKey) return "it is part of the partition key. Copy into a new partitioned table";
  const computed = table.columns.find(
    ({ generatedFrom }) => generatedFrom !== undefined && columnsIn(generatedFrom).includes(column),
  );
  return (
    computed &&
    `\`${computed.name}\` is computed from it. Drop that before, and add it again afterwards`
  );
}
