import { defineRule } from "../../rule.ts";
import { inCaseOf, insertAtEnd } from "../support/edits.ts";
import { harmfulWork } from "../support/work.ts";

export const matviewWithData = defineRule({
  id: "matview-with-data",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A materialized view is filled while the transaction holds locks",
  why: "CREATE MATERIALIZED VIEW runs its query at once. That blocks nobody by itself, but everything that the transaction has locked before stays locked until it is done.",
  instead: "`WITH NO DATA`, and REFRESH MATERIALIZED VIEW in a file of its own.",
  bad: [
    {
      history: "create table orders (id bigint primary key, total int);",
      sql: "alter table orders add column note text;\ncreate materialized view totals as select sum(total) from orders;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, total int);",
      sql: "create materialized view totals as select sum(total) from orders;",
      note: "alone, it blocks nobody",
    },
    {
      history: "create table orders (id bigint primary key, total int);",
      sql: "alter table orders add column note text;\ncreate materialized view totals as select sum(total) from orders with no data;",
    },
  ],
  otherIds: { migrationPilot: ["MP096"] },
  on: "work",
  *check(context) {
    for (const work of harmfulWork(context, "matview-with-data")) {
      yield {
        message: `The query of the view runs through \`${work.relation}\` while ${work.reason}. Create it WITH NO DATA, and refresh it in a file of its own.`,
        longWork: work.kind,
        relation: work.relation,
        fix: {
          title: "Create it WITH NO DATA",
          edits: [insertAtEnd(context, inCaseOf(context, " WITH NO DATA"))],
        },
      };
    }
  },
});
