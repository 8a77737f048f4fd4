import { paddingOf } from "../support/alignment.ts";
import { declaredTypes } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

/** Rows are padded to eight bytes in any case: less is often no difference at all. */
const WORTH_IT = 8;

export const columnOrder = defineRule({
  id: "column-order",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "The order of a table's columns wastes bytes of every row",
  why: "Columns are stored in the order in which they are declared, and a `bigint` or `timestamptz` begins at a multiple of eight: what lies before a smaller column and it is padding, in every row.",
  instead:
    "Declare columns of eight bytes first, then of four, two and one, and those of variable length last.",
  bad: [
    {
      sql: "create table events (open boolean, id bigint primary key, seen boolean, at timestamptz);",
    },
  ],
  good: [
    {
      sql: "create table events (id bigint primary key, at timestamptz, open boolean, seen boolean);",
    },
    {
      sql: "create table events (id bigint primary key, name text, open boolean, at timestamptz);",
      note: "less than eight bytes",
    },
  ],
  otherIds: { atlas: ["PG110"], migrationPilot: ["MP061"] },
  *check(context) {
    if (!("CreateStmt" in context.node)) return;
    const { relation } = context.node.CreateStmt;
    const types = declaredTypes(context).map(({ type }) =>
      type.schema === undefined && !type.array ? type.name : "",
    );
    const wasted = paddingOf(types);
    if (wasted < WORTH_IT) return;
    yield {
      message: `Padding takes ${wasted} bytes of every row of \`${relation?.relname}\`. Declare columns of eight bytes first, then of four, two and one, and texts last.`,
    };
  },
});
