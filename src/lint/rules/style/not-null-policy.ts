import { serialType } from "../../../catalog/replay/column-type.ts";
import { stringList } from "../../../sql/tree.ts";
import { declaredColumns, hasConstraint, tableConstraints } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const notNullPolicy = defineRule({
  id: "not-null-policy",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "A column may be null",
  why: "Most columns are not meant to be null, and NOT NULL is cheap while the table is new. Later it needs a scan and several steps.",
  instead: "NOT NULL, with a default where old code inserts without the column.",
  bad: [{ sql: "create table users (id bigint primary key, name text);" }],
  good: [
    {
      sql: "create table users (id bigint primary key, name text not null, deleted_at timestamptz null);",
      note: "NULL says that it is meant",
    },
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column name text;",
      note: "added to a table with rows",
    },
  ],
  otherIds: { pgrubic: ["TP015"] },
  *check(context) {
    if (!("CreateStmt" in context.node)) return;
    const keys = new Set(
      tableConstraints(context.node.CreateStmt).flatMap((one) =>
        one.contype === "CONSTR_PRIMARY" ? stringList(one.keys) : [],
      ),
    );
    for (const { column, name, relation } of declaredColumns(context)) {
      const said = hasConstraint(
        column,
        "CONSTR_NOTNULL",
        "CONSTR_NULL",
        "CONSTR_PRIMARY",
        "CONSTR_IDENTITY",
        "CONSTR_GENERATED",
      );
      if (said || keys.has(name) || serialType(column.typeName ?? {}) !== undefined) continue;
      yield {
        message: `\`${relation}.${name}\` may be null. Make it NOT NULL while the table is new, or write NULL if it is meant.`,
        at: column.location,
      };
    }
  },
});
