import { defineRule } from "../../rule.ts";
import { namedIndex } from "../support/indexes.ts";

const MOST = 3;

export const indexTooManyColumns = defineRule({
  id: "index-too-many-columns",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "An index has more than three columns and is not unique",
  why: "Each further column makes the index larger and every write dearer, and helps only queries that name all columns before it.",
  instead:
    "Fewer columns, the most selective first; extended statistics where only the estimate is wrong; INCLUDE for what is only read.",
  bad: [
    {
      history: "create table orders (a int, b int, c int, d int);",
      sql: "create index concurrently orders_idx on orders (a, b, c, d);",
    },
  ],
  good: [
    {
      history: "create table orders (a int, b int, c int, d int);",
      sql: "create index concurrently orders_idx on orders (a, b, c) include (d);",
    },
    {
      history: "create table orders (a int, b int, c int, d int);",
      sql: "create unique index concurrently orders_idx on orders (a, b, c, d);",
      note: "what is unique needs all of its columns",
    },
  ],
  otherIds: { strongMigrations: ["add_index_columns"], pgrubic: ["GN005"] },
  *check({ node }) {
    if (!("IndexStmt" in node)) return;
    const { indexParams = [], unique } = node.IndexStmt;
    if (unique === true || indexParams.length <= MOST) return;
    yield {
      message: `${namedIndex(node.IndexStmt)} has ${indexParams.length} columns: every write pays for all of them, and few queries name more than the first. Use fewer.`,
    };
  },
});
