import { defineRule } from "../../rule.ts";

export const multiColumnPartition = defineRule({
  id: "multi-column-partition",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "expand",
  summary: "A table is divided by several columns",
  why: "Bounds of several columns are compared like words, from the left: a query that names only the second column looks at every partition, and bounds are easily meant otherwise than they work.",
  instead: "One column, and below it partitions that are divided again.",
  bad: [{ sql: "create table events (day date, kind text) partition by range (day, kind);" }],
  good: [
    { sql: "create table events (day date, kind text) partition by range (day);" },
    {
      sql: "create table events (a int, b int) partition by hash (a, b);",
      note: "a hash has no order",
    },
  ],
  otherIds: { pgrubic: ["GN018"] },
  on: ["CreateStmt"],
  *check({ node }) {
    if (!("CreateStmt" in node)) return;
    const { partspec } = node.CreateStmt;
    if (partspec?.strategy === "PARTITION_STRATEGY_HASH") return;
    if ((partspec?.partParams ?? []).length < 2) return;
    yield {
      message:
        "Bounds of several columns are compared from the left, like words. Divide by one column, and the partitions again.",
      at: partspec?.location,
    };
  },
});
