import { conditionOf } from "../../../catalog/comparisons.ts";
import { columnOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { addedConstraints } from "../support/constraints.ts";

export const pg18NotNullNotValid = defineRule({
  id: "pg18-not-null-not-valid",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  versions: { since: 18 },
  summary: "A CHECK prepares a NOT NULL, which has a NOT VALID of its own since 18",
  why: "Before 18 the way to NOT NULL without a long lock was a CHECK (column IS NOT NULL), validated, then SET NOT NULL, then the CHECK dropped. Since 18 the NOT NULL itself can be added NOT VALID and validated later: two steps, and nothing to clear away.",
  instead: "`ADD CONSTRAINT … NOT NULL column NOT VALID`, then `VALIDATE CONSTRAINT`.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users add constraint email_there check (email is not null) not valid;",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users add constraint email_there not null email not valid;",
    },
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users add constraint email_there check (email is not null) not valid;",
      version: 17,
    },
    {
      history: "create table users (id bigint primary key, email text, phone text);",
      sql: "alter table users add constraint reachable check (email is not null or phone is not null) not valid;",
    },
  ],
  otherIds: { migrationPilot: ["MP081"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    for (const { by, constraint, table, relation } of addedConstraints(context, "CONSTR_CHECK")) {
      const condition = conditionOf(constraint.raw_expr);
      if (by !== "add-constraint" || constraint.skip_validation !== true) continue;
      if (condition.kind !== "not-null" || columnOf(table, condition.column)?.notNull === true) {
        continue;
      }
      yield {
        message: `Since 18 \`${relation}.${condition.column}\` can be NOT NULL without the CHECK: ADD CONSTRAINT … NOT NULL ${condition.column} NOT VALID, and validate it later.`,
        at: constraint.location,
        relation,
      };
    }
  },
});
