import { columnOf, typeText } from "../../../catalog/find.ts";
import { columnType } from "../../../catalog/replay/column-type.ts";
import { locationOf, subCommands } from "../support/alter-table.ts";
import { narrowing } from "../support/narrowing.ts";
import { defineRule } from "../../rule.ts";

export const typeNarrowingDataLoss = defineRule({
  id: "type-narrowing-data-loss",
  kind: "data-loss",
  severity: "warning",
  phase: "contract",
  summary: "A column gets a type that does not hold all that its values hold",
  why: "Some conversions change values without a word: numbers are rounded to fewer digits, timestamps to days or seconds, and texts are cut where USING casts them. Others fail at the first value that does not fit, after having waited for the lock and read the table that far.",
  instead:
    "Look for values that do not fit before (`select … where …`), and convert into a new column in batches, so that the old values are there until it is certain that nobody misses them.",
  bad: [
    {
      history: "create table orders (id bigint primary key, total numeric(12, 4));",
      sql: "alter table orders alter column total type numeric(12, 2);",
      note: "rounded",
    },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "alter table users alter column name type varchar(20) using name::varchar(20);",
      note: "cut",
    },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "alter table users alter column name type varchar(20);",
      note: "fails when a name is longer",
    },
    {
      history: "create table events (id bigint primary key, at timestamptz);",
      sql: "alter table events alter column at type date;",
    },
  ],
  good: [
    {
      history: "create table orders (id int primary key, total numeric(12, 2));",
      sql: "alter table orders alter column total type numeric(14, 2);\nalter table orders alter column id type bigint;",
    },
    {
      history: "create table events (id bigint primary key, at timestamptz);",
      sql: "alter table events alter column at type text using to_char(at, 'YYYY');",
      note: "the author says how",
    },
    {
      sql: "create table users (id bigint primary key, name text);\nalter table users alter column name type varchar(20);",
      note: "the table is empty",
    },
  ],
  otherIds: { migrationPilot: ["MP044"], pgrubic: ["US030"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { cmd, table, relation, isNew } of subCommands(context, "AT_AlterColumnType")) {
      const from = columnOf(table, cmd.name)?.type;
      if (from === undefined || isNew || cmd.def === undefined || !("ColumnDef" in cmd.def))
        continue;
      const { typeName, raw_default: using } = cmd.def.ColumnDef;
      const cast = using !== undefined && "TypeCast" in using;
      if (using !== undefined && !cast && !("ColumnRef" in using)) continue;
      const to = columnType(context.catalog, typeName);
      const found = narrowing(from, to, cast);
      if (found === undefined) continue;
      const change = `\`${relation}.${cmd.name}\` goes from \`${typeText(from)}\` to \`${typeText(to)}\``;
      yield {
        message: found.silent
          ? `${change}: values lose ${found.what} without a word. Convert into a new column, and keep the old one until nobody misses it.`
          : `${change}: the statement fails when a value has ${found.what}. Look for such values before.`,
        severity: found.silent ? "error" : "warning",
        relation,
        at: locationOf(cmd),
      };
    }
  },
});
