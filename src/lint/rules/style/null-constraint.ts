import { constraintsIn, declaredColumns } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const nullConstraint = defineRule({
  id: "null-constraint",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "NULL is written where it says nothing",
  why: "A column may be null unless it says NOT NULL. Written as a constraint, NULL is not in the SQL standard and is easily read as its opposite.",
  instead: "Leave it out.",
  bad: [{ sql: "create table users (id bigint primary key, name text null);" }],
  good: [{ sql: "create table users (id bigint primary key, name text);" }],
  otherIds: { pgrubic: ["GN021"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    for (const { column, name, relation } of declaredColumns(context)) {
      const said = constraintsIn(column).find(({ contype }) => contype === "CONSTR_NULL");
      if (said !== undefined)
        yield {
          message: `\`${relation}.${name}\` may be null without the word NULL. Leave it out.`,
          at: said.location,
        };
    }
  },
});
