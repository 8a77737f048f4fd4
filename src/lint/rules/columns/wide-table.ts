import { declaredColumns } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

/** More than nearly every table has; those that have more are the ones that hurt. */
const LIMIT = 40;
const FORTY = `create table forms (${Array.from({ length: LIMIT }, (_, at) => `answer_${at + 1} text`).join(", ")});`;

export const wideTable = defineRule({
  id: "wide-table",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A table has very many columns",
  why: "Every row is read and written as a whole, and each new version of a row is a copy of all columns: the wider the table, the more an UPDATE of one column costs, and the more often it is locked for the next change.",
  instead:
    "Move columns that belong together, or that are rarely read, into a table of their own with the same key.",
  bad: [{ history: FORTY, sql: "alter table forms add column remark text;" }],
  good: [
    {
      history: "create table forms (id bigint primary key);",
      sql: "alter table forms add column remark text;",
    },
  ],
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const { node } = context;
    const columns = declaredColumns(context);
    const first = columns[0];
    if (first === undefined) return;
    const before = "CreateStmt" in node ? 0 : (first.table?.columns.length ?? 0);
    const count = before + columns.length;
    if (count <= LIMIT) return;
    yield {
      message: `\`${first.relation}\` has ${count} columns, more than ${LIMIT}. Put some of them into a table of their own.`,
      relation: first.relation,
    };
  },
});
