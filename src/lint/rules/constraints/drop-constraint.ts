import type { Constraint, Table } from "../../../catalog/catalog.ts";
import { conditionOf } from "../../../catalog/comparisons.ts";
import { columnOf, constraintOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { type SubCommand, subCommands } from "../support/alter-table.ts";
import { laterStatements } from "../support/later.ts";

/** A NOT NULL and a primary key have rules of their own. */
const LOST: Readonly<Partial<Record<Constraint["kind"], string>>> = {
  check: "rows that break it",
  "foreign-key": "rows that refer to nothing",
  unique: "duplicates",
  exclusion: "rows that exclude each other",
};

export const dropConstraint = defineRule({
  id: "drop-constraint",
  kind: "compatibility",
  severity: "info",
  phase: "contract",
  summary: "A constraint is dropped that running code may rely on",
  why: "From then on nobody stops rows that the constraint would have refused, while code of the release before still counts on it: an `ON CONFLICT` that names its columns fails, and rows that break it have to be found and repaired before it can be added again.",
  instead:
    "Drop it when no running version relies on it. To change it, add the new one first, under another name.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text unique);",
      sql: "alter table users drop constraint users_email_key;",
    },
    {
      history:
        "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users);",
      sql: "alter table posts drop constraint posts_user_id_fkey;",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, email text not null, constraint email_there check (email is not null));",
      sql: "alter table users drop constraint email_there;",
      note: "the column is NOT NULL, and the CHECK says nothing more",
    },
    {
      history:
        "create table orders (id bigint primary key, total int, constraint total_check check (total > 0));",
      sql: "alter table orders drop constraint total_check, add constraint total_check check (total >= 0) not valid;",
      note: "another one takes its name",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders drop constraint if exists total_check;",
      note: "there is none of that name",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders drop constraint orders_pkey;",
      note: "what that means is said by `redefine-pk`",
    },
  ],
  otherIds: { pgfence: ["drop-constraint"], atlas: ["CD101"], pgrubic: ["CT004"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const dropped of subCommands(context, "AT_DropConstraint")) {
      const { cmd, table, relation, isNew } = dropped;
      const constraint = constraintOf(table, cmd.name);
      if (isNew || (table !== undefined && constraint === undefined)) continue;
      if (constraint !== undefined && (!constraint.enforced || saysNothing(constraint, table))) {
        continue;
      }
      if (isReplaced(context, dropped)) continue;
      const lost: string | undefined =
        constraint === undefined ? "rows that break it" : LOST[constraint.kind];
      if (lost === undefined) continue;
      yield {
        message: `Nothing stops ${lost} in \`${relation}\` any more once \`${cmd.name}\` is gone. Drop it when no running version counts on it.`,
        relation,
      };
    }
  },
});

/** A CHECK (column IS NOT NULL) of a column that is NOT NULL, as the way to there leaves it. */
function saysNothing({ kind, expression }: Constraint, table: Table | undefined): boolean {
  if (kind !== "check") return false;
  const condition = conditionOf(expression);
  return condition.kind === "not-null" && columnOf(table, condition.column)?.notNull === true;
}

function isReplaced(context: StatementContext, { cmd, relation }: SubCommand): boolean {
  const { catalog } = context;
  return [context, ...laterStatements(context)].some(({ node }) =>
    subCommands({ node, catalog }, "AT_AddConstraint").some(
      (added) =>
        added.relation === relation &&
        added.cmd.def !== undefined &&
        "Constraint" in added.cmd.def &&
        added.cmd.def.Constraint.conname === cmd.name,
    ),
  );
}
