import { columnType } from "../../../catalog/replay/column-type.ts";
import { declaredColumns, hasConstraint } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const nullableBoolean = defineRule({
  id: "nullable-boolean",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A boolean may be null",
  why: "A boolean that may be null has three values, and `WHERE NOT done` leaves out the third.",
  instead: "`boolean not null default false`, which costs nothing to add.",
  bad: [
    { sql: "create table tasks (id bigint primary key, done boolean);" },
    {
      history: "create table tasks (id bigint primary key);",
      sql: "alter table tasks add column done boolean default false;",
    },
  ],
  good: [
    {
      history: "create table tasks (id bigint primary key);",
      sql: "alter table tasks add column done boolean not null default false;",
    },
  ],
  otherIds: { pgrubic: ["TP017"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    for (const { column, name, relation } of declaredColumns(context)) {
      const { name: type, schema, array } = columnType(context.catalog, column.typeName);
      if (type !== "bool" || schema !== undefined || array) continue;
      if (hasConstraint(column, "CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_GENERATED")) continue;
      yield {
        message: `\`${relation}.${name}\` has three values: true, false and null. Make it NOT NULL with a default.`,
        at: column.location,
        relation,
      };
    }
  },
});
