import { declaredColumns } from "../support/columns.ts";
import { createdTable } from "../support/created.ts";
import { listOf } from "../support/existing.ts";
import { defineRule } from "../../rule.ts";

const REQUIRED = ["created_at"];

export const requiredColumns = defineRule({
  id: "required-columns",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "A table lacks a column that every table should have",
  why: "When a row came into being is asked for sooner or later, and cannot be told afterwards.",
  instead: "`created_at timestamptz not null default now()`.",
  bad: [{ sql: "create table users (id bigint primary key);" }],
  good: [
    {
      sql: "create table users (id bigint primary key, created_at timestamptz not null default now());",
    },
    { sql: "create temporary table ids (id bigint);" },
  ],
  otherIds: { pgrubic: ["GN011"] },
  *check(context) {
    const table = createdTable(context);
    const elements = table?.stmt.tableElts ?? [];
    // What LIKE, INHERITS and OF bring is not in the statement.
    if (
      table === undefined ||
      elements.some((one) => "TableLikeClause" in one) ||
      table.stmt.inhRelations !== undefined ||
      table.stmt.ofTypename !== undefined
    )
      return;
    const names = new Set(declaredColumns(context).map(({ name }) => name));
    const missing = REQUIRED.filter((name) => !names.has(name));
    if (missing.length === 0) return;
    yield {
      message: `\`${table.name}\` has no column ${listOf(missing)}, which every table should have.`,
      at: table.location,
    };
  },
});
