import { nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { existing } from "../support/existing.ts";

export const createPartitionOfLocksParent = defineRule({
  id: "create-partition-of-locks-parent",
  kind: "lock",
  severity: "warning",
  phase: "expand",
  summary: "CREATE TABLE … PARTITION OF locks the partitioned table for everybody",
  why: "It takes ACCESS EXCLUSIVE on the partitioned table (and on its default partition): queries of all partitions wait, and those that come later queue behind it. ATTACH PARTITION takes SHARE UPDATE EXCLUSIVE on the parent only, and nobody waits.",
  instead:
    "`CREATE TABLE p (LIKE t INCLUDING ALL)`, then `ALTER TABLE t ATTACH PARTITION p FOR VALUES …`, in the same file: an empty table is attached at once.",
  bad: [
    {
      history: "create table events (day date not null) partition by range (day);",
      sql: "create table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
    },
  ],
  good: [
    {
      history: "create table events (day date not null) partition by range (day);",
      sql: "create table events_2020 (like events including all);\nalter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
    },
    {
      sql: "create table events (day date not null) partition by range (day);\ncreate table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
      note: "the parent is new",
    },
  ],
  on: ["CreateStmt"],
  *check({ node, catalog }) {
    if (!("CreateStmt" in node) || node.CreateStmt.partbound === undefined) return;
    const { relation, inhRelations = [], if_not_exists } = node.CreateStmt;
    const own = nameOf(relation);
    if (if_not_exists === true && own && existing(catalog, own)?.relation !== undefined) return;
    for (const one of inhRelations) {
      if (!("RangeVar" in one)) continue;
      const parent = existing(catalog, nameOf(one.RangeVar));
      if (parent === undefined) continue;
      yield {
        message: `Queries of all partitions of \`${parent.name}\` wait (ACCESS EXCLUSIVE). CREATE TABLE \`${own?.name}\` (LIKE \`${parent.name}\` INCLUDING ALL), and ATTACH it: then nobody waits.`,
        at: one.RangeVar.location,
        relation: parent.name,
      };
    }
  },
});
