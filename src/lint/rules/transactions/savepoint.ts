import { defineRule } from "../../rule.ts";

export const savepoint = defineRule({
  id: "savepoint",
  kind: "lock",
  severity: "info",
  summary: "A part of a transaction is to be tried again while it holds its locks",
  why: "Each savepoint is a subtransaction with an id of its own. After more than 64 in one transaction every snapshot of the server, on replicas above all, gets slower to take. What was locked before the savepoint stays locked while the part behind it is tried again.",
  instead: "Files of their own for what may fail by itself.",
  bad: [
    {
      sql: "savepoint before_note;\nalter table orders add column note text;\nrelease savepoint before_note;",
      history: "create table orders (id bigint primary key);",
    },
  ],
  good: [
    {
      sql: "alter table orders add column note text;",
      history: "create table orders (id bigint primary key);",
    },
  ],
  otherIds: { migrationPilot: ["MP076"] },
  on: ["TransactionStmt"],
  *check({ node, file }) {
    if (!("TransactionStmt" in node) || node.TransactionStmt.kind !== "TRANS_STMT_SAVEPOINT")
      return;
    if (file.before.some((one) => "TransactionStmt" in one.node)) return;
    yield {
      message:
        "What was locked before stays locked while the part behind the savepoint is tried again. Put what may fail by itself into a file of its own.",
    };
  },
});
