import { defineRule } from "../../rule.ts";

export const ctas = defineRule({
  id: "ctas",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "migrate",
  summary: "A table is made of a query",
  why: "CREATE TABLE … AS takes over names, types and rows only: no keys, NOT NULL, defaults or indexes. And it copies everything in one transaction.",
  instead: "`CREATE TABLE … (LIKE … INCLUDING ALL)`, and the rows in batches.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "create table old_orders as select * from orders;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "create table old_orders (like orders including all);",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "create temporary table ids as select id from orders;",
    },
  ],
  otherIds: { pgrubic: ["GN014"] },
  on: ["CreateTableAsStmt"],
  *check({ node }) {
    if (!("CreateTableAsStmt" in node)) return;
    const { objtype, into } = node.CreateTableAsStmt;
    if (objtype === "OBJECT_MATVIEW" || into?.rel?.relpersistence === "t") return;
    yield {
      message: `\`${into?.rel?.relname}\` gets no keys, no NOT NULL, no defaults and no indexes. Create it LIKE the other table, and copy the rows in batches.`,
      at: into?.rel?.location,
    };
  },
});
