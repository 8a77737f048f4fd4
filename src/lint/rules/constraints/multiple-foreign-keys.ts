import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { addedConstraints, referencedBy } from "../support/constraints.ts";
import { isNew } from "../../../catalog/find.ts";
import { listOf } from "../support/existing.ts";

export const multipleForeignKeys = defineRule({
  id: "multiple-foreign-keys",
  kind: "lock",
  severity: "warning",
  phase: "expand",
  handledByRunner:
    "It takes the locks of a file in one order, before it works, and gives way to whoever waits behind it.",
  summary: "One transaction adds foreign keys to several tables",
  why: "Each foreign key takes SHARE ROW EXCLUSIVE on the table that it refers to and keeps it until the commit. Several in one transaction lock as many tables at once, in an order that the application does not know: that is how deadlocks come about.",
  instead: "One foreign key for each transaction.",
  bad: [
    {
      history:
        "create table users (id bigint primary key);\ncreate table teams (id bigint primary key);",
      sql: "create table members (user_id bigint references users, team_id bigint references teams);",
    },
    {
      history:
        "create table users (id bigint primary key);\ncreate table teams (id bigint primary key);\ncreate table members (user_id bigint, team_id bigint);",
      sql: "alter table members add constraint a foreign key (user_id) references users not valid;\nalter table members add constraint b foreign key (team_id) references teams not valid;",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key);",
      sql: "create table members (user_id bigint references users, invited_by bigint references users);",
      note: "both refer to the same table",
    },
    {
      history: "create table users (id bigint primary key);",
      sql: "create table teams (id bigint primary key);\ncreate table members (user_id bigint references users, team_id bigint references teams);",
      note: "nobody else sees the new table",
    },
  ],
  otherIds: { migrationPilot: ["MP069"], pgfence: ["wide-lock-window"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const before = new Set((context.transaction?.statements ?? []).flatMap(referenced));
    const own = referenced(context).filter((name) => !before.has(name));
    const all = [...new Set([...before, ...own])];
    if (own.length === 0 || all.length < 2) return;
    yield {
      message: `The transaction locks ${listOf(all)} against writes until it commits, for a foreign key to each. Add one for each transaction.`,
    };
  },
});

/** The tables in use that its foreign keys refer to. */
function referenced(context: StatementContext): string[] {
  return addedConstraints(context, "CONSTR_FOREIGN").flatMap((added) => {
    const { relation, table } = referencedBy(added, context);
    const seen = table !== undefined && isNew(context.catalog, table);
    return seen || relation === added.relation ? [] : [relation];
  });
}
