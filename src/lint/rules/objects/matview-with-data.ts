import { blocksWrites } from "../../../locks/lock-mode.ts";
import { defineRule } from "../../rule.ts";
import { inCaseOf, insertAtEnd } from "../support/edits.ts";

export const matviewWithData = defineRule({
  id: "matview-with-data",
  kind: "lock",
  severity: "warning",
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
  *check(context) {
    const { node, transaction } = context;
    if (!("CreateTableAsStmt" in node) || node.CreateTableAsStmt.objtype !== "OBJECT_MATVIEW")
      return;
    const { into } = node.CreateTableAsStmt;
    if (into?.skipData === true) return;
    const held = [...(transaction?.held.values() ?? [])].find(({ mode }) => blocksWrites(mode));
    if (held === undefined) return;
    yield {
      message: `The query of \`${into?.rel?.relname}\` runs while line ${held.by.line} holds ${held.mode} on \`${held.relation}\`. Create it WITH NO DATA, and refresh it in a file of its own.`,
      relation: held.relation,
      fix: {
        title: "Create it WITH NO DATA",
        edits: [insertAtEnd(context, inCaseOf(context, " WITH NO DATA"))],
      },
    };
  },
});
