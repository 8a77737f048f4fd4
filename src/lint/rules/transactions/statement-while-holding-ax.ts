import { defineRule } from "../../rule.ts";
import { heldExclusively } from "../support/held.ts";
import { harmfulWork } from "../support/work.ts";

export const statementWhileHoldingAx = defineRule({
  id: "statement-while-holding-ax",
  kind: "lock",
  severity: "warning",
  summary: "Something that may take long runs while a table is locked for everybody",
  why: "ACCESS EXCLUSIVE lasts until the commit. Whatever follows in the transaction (a query, a DO block, a call) adds its own time to that of everybody who wants the table.",
  instead: "Put it before the statement that takes the lock, or into a file of its own.",
  bad: [
    {
      history: "create table orders (id bigint primary key);\ncreate table lines (id bigint);",
      sql: "alter table orders add column note text;\ncreate table old_lines as select * from lines;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\ndo $$ begin perform 1; end $$;",
      note: "nobody knows how long the block takes",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\nalter table orders add column state text;",
      note: "two moments",
    },
    {
      history: "create table orders (id bigint primary key);\ncreate table lines (id bigint);",
      sql: "create table old_lines as select * from lines;\nalter table orders add column note text;",
    },
  ],
  otherIds: { eugene: ["E4"], pgfence: ["statement-after-access-exclusive"] },
  *check(context) {
    const { effects, transaction } = context;
    const held = heldExclusively(transaction);
    for (const work of harmfulWork(context, "statement-while-holding-ax")) {
      yield {
        message: `\`${work.relation}\` is read from end to end while ${work.reason}. Do it before that, or in a file of its own.`,
        longWork: work.kind,
        relation: work.relation,
      };
    }
    const [unknown] = effects.unknown;
    if (held === undefined || unknown === undefined || effects.work.length > 0) return;
    yield {
      message: `Line ${held.by.line} keeps everybody out of \`${held.relation}\` until the commit, and how long this takes nobody knows: ${unknown}. Put it before that, or into a file of its own.`,
      relation: held.relation,
    };
  },
});
