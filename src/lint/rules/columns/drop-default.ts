import type { Column } from "../../../catalog/catalog.ts";
import { columnOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { type SubCommand, subCommands } from "../support/alter-table.ts";
import { laterStatements } from "../support/later.ts";
import { defineRule } from "../../rule.ts";

export const dropDefault = defineRule({
  id: "drop-default",
  kind: "compatibility",
  severity: "warning",
  phase: "contract",
  summary: "The default of a column goes while code may still rely on it",
  why: "Inserts that leave the column out get null from now on, and fail when it is NOT NULL. The old version of the application does not know the column if it was added a moment ago: adding a NOT NULL column with a default and dropping the default in the same release is the usual way to break it.",
  instead: "Drop the default in a later release, when every running version writes the column.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text not null default 'new');",
      sql: "alter table orders alter column state drop default;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column state text not null default 'new';\nalter table orders alter column state drop default;",
      note: "the running application does not know the column",
    },
    {
      history: "create table orders (id bigint generated always as identity primary key);",
      sql: "alter table orders alter column id drop identity;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "alter table orders alter column state drop default;",
      note: "it has none",
    },
    {
      history:
        "create type state as enum ('new', 'old', 'lost');\ncreate type state_of_order as enum ('new', 'old');\ncreate table orders (id bigint primary key, state state not null default 'new');",
      sql: "alter table orders alter column state drop default;\nalter table orders alter column state type state_of_order using state::text::state_of_order;\nalter table orders alter column state set default 'new';",
      note: "it has one again before anybody sees it without",
    },
    {
      sql: "create table orders (id bigint primary key, state text not null default 'new');\nalter table orders alter column state drop default;",
      note: "nobody has seen the table yet",
    },
  ],
  on: ["AlterTableStmt"],
  *check(context) {
    for (const sub of subCommands(context, "AT_ColumnDefault", "AT_DropIdentity")) {
      const { cmd, table, relation, isNew } = sub;
      if (cmd.def !== undefined || isNew || isSetAgain(context, sub)) continue;
      const column = columnOf(table, cmd.name);
      if (column !== undefined && !hasDefault(column)) continue;
      const required = column !== undefined && column.notNull !== false;
      yield {
        message: `Inserts into \`${relation}\` that leave \`${cmd.name}\` out ${required ? "fail, because it is NOT NULL" : "get null"}. Drop the default when every running version writes the column.`,
        severity: required ? "error" : "warning",
        relation,
      };
    }
  },
});

/** Changing the type takes it: DROP DEFAULT, TYPE, SET DEFAULT. */
function isSetAgain(context: StatementContext, { cmd, relation }: SubCommand): boolean {
  if (context.transaction === undefined) return false;
  return laterStatements(context).some(({ node }) =>
    subCommands({ node, catalog: context.catalog }, "AT_ColumnDefault", "AT_AddIdentity").some(
      (later) =>
        later.relation === relation && later.cmd.name === cmd.name && later.cmd.def !== undefined,
    ),
  );
}

function hasDefault({ default: value, serial, identity }: Column): boolean {
  return value !== undefined || serial === true || identity !== undefined;
}
