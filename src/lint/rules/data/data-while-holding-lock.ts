import { blocksReads } from "../../../locks/lock-mode.ts";
import { defineRule } from "../../rule.ts";
import { harmfulWork } from "../support/work.ts";

export const dataWhileHoldingLock = defineRule({
  id: "data-while-holding-lock",
  kind: "lock",
  severity: "error",
  phase: "migrate",
  summary: "Rows are changed while the transaction keeps everybody out of a table",
  why: "A lock is held until the commit. An ALTER TABLE that takes a moment becomes an outage when an UPDATE of many rows follows in the same transaction: whoever wants the table waits for all of it.",
  instead: "Change the schema in one file, and the rows in another, in batches.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column state text;\nupdate orders set state = 'new';",
    },
    {
      history: "create table orders (id bigint primary key);\ncreate table lines (id bigint);",
      sql: "alter table orders add column state text;\ninsert into lines select id from orders;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders rename to old_orders;\ncreate table orders (id bigint primary key);\ninsert into orders select * from old_orders;",
      note: "the table is locked under its new name",
    },
    {
      history: "create table orders (id bigint primary key);\ncreate table archive (id bigint);",
      sql: "alter table orders rename to old_orders;\ninsert into archive select * from old_orders;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new';",
      note: "no lock but those on rows",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column state text;\nupdate orders set state = 'new' where id = 7;",
      note: "one row, found by its key",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "create table states (name text primary key);\ninsert into states values ('new');\nupdate states set name = 'old';",
    },
  ],
  otherIds: {
    eugene: ["E4"],
    migrationPilot: ["MP080"],
    pgfence: ["statement-after-access-exclusive"],
  },
  on: "work",
  *check(context) {
    for (const work of harmfulWork(context, "data-while-holding-lock")) {
      yield {
        message: `Rows of \`${work.relation}\` are gone through while ${work.reason}: ${blocksReads(work.mode) ? "reads and writes wait" : "writes wait"} for all of it. Change them in a file of their own, in batches.`,
        longWork: work.kind,
        at: work.location,
        relation: work.relation,
      };
    }
  },
});
