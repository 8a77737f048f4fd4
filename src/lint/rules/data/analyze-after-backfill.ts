import { defineRule } from "../../rule.ts";
import { listOf } from "../support/existing.ts";
import { laterStatements } from "../support/later.ts";
import { changedTable, insertsFromTable, rowChange } from "../support/rows.ts";

export const analyzeAfterBackfill = defineRule({
  id: "analyze-after-backfill",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "migrate",
  summary: "Many rows were changed, or an expression indexed, and no statistics are collected",
  why: "Until autovacuum gets to the table, the planner knows nothing about a column that was just filled, or about the values of an indexed expression, and may choose bad plans.",
  instead: "`ANALYZE t` at the end of the file. It blocks nobody.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where state is null;",
    },
    {
      history: "create table users (mail text);",
      sql: "create index concurrently users_mail on users (lower(mail));",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where state is null;\nanalyze orders;",
    },
    {
      history: "create table users (mail text);",
      sql: "create index concurrently users_mail on users (mail);",
      note: "plain columns have statistics",
    },
  ],
  otherIds: { migrationPilot: ["MP088"] },
  *check(context) {
    const { node, catalog } = context;
    if (laterStatements(context).some((later) => "VacuumStmt" in later.node)) return;
    if ("IndexStmt" in node) {
      const { indexParams = [], relation } = node.IndexStmt;
      if (!indexParams.some((one) => "IndexElem" in one && one.IndexElem.expr !== undefined))
        return;
      yield {
        message: `The planner knows nothing about the indexed expression before the next ANALYZE. Run \`ANALYZE ${relation?.relname}\` afterwards.`,
      };
      return;
    }
    const change = rowChange(node);
    const table = changedTable(node, catalog);
    if (change === undefined || table === undefined) return;
    if (change.verb === "INSERT" && !insertsFromTable(node)) return;
    yield {
      message: `The statistics of ${listOf([table.name])} are those of before until the next ANALYZE. Run \`ANALYZE ${table.name}\` afterwards.`,
    };
  },
});
