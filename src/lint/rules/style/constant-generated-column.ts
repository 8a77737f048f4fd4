import { columnsIn, usesWholeRow } from "../../../catalog/columns-in.ts";
import { constraintsIn, declaredColumns } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const constantGeneratedColumn = defineRule({
  id: "constant-generated-column",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A generated column is the same in every row",
  why: "An expression without columns has one value for all rows. As a stored column it takes space in each of them, and cannot be changed for a single one.",
  instead: "A default, or a view.",
  bad: [
    {
      sql: "create table orders (id bigint primary key, version int generated always as (1) stored);",
    },
  ],
  good: [
    {
      sql: "create table orders (id bigint primary key, net int, total int generated always as (net * 2) stored);",
    },
  ],
  otherIds: { pgrubic: ["GN016"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    for (const { column, name, relation } of declaredColumns(context)) {
      const generated = constraintsIn(column).find(({ contype }) => contype === "CONSTR_GENERATED");
      if (
        generated?.raw_expr === undefined ||
        columnsIn(generated.raw_expr).length > 0 ||
        usesWholeRow(generated.raw_expr)
      )
        continue;
      yield {
        message: `\`${relation}.${name}\` is computed from no column and is the same in every row. Use a default.`,
        at: generated.location,
      };
    }
  },
});
