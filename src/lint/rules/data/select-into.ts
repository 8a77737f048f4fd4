import { defineRule } from "../../rule.ts";

export const selectInto = defineRule({
  id: "select-into",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "migrate",
  summary: "A table is made by SELECT … INTO",
  why: "It reads like a query and makes a table, without keys, NOT NULL, defaults or indexes. In PL/pgSQL the same words do something else.",
  instead: "`CREATE TABLE … (LIKE … INCLUDING ALL)` and an INSERT.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "select * into old_orders from orders;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "create table old_orders (like orders including all);",
    },
  ],
  otherIds: { pgrubic: ["GN014"] },
  on: ["SelectStmt"],
  *check({ node }) {
    if (!("SelectStmt" in node)) return;
    const { intoClause } = node.SelectStmt;
    if (intoClause === undefined) return;
    yield {
      message: `This makes the table \`${intoClause.rel?.relname}\`, without keys, NOT NULL, defaults or indexes. Create it LIKE the other table.`,
      at: intoClause.rel?.location,
    };
  },
});
