import { defineRule } from "../../rule.ts";
import { blockingLocks } from "../support/blocking.ts";

export const explicitLockTable = defineRule({
  id: "explicit-lock-table",
  kind: "lock",
  severity: "warning",
  summary: "A table is locked by hand until the commit",
  why: "LOCK TABLE keeps others out for the whole transaction, also for statements that would need no lock, and in an order that the application does not know.",
  instead:
    "Let each statement take the lock it needs. To keep rows from changing, SELECT … FOR UPDATE.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "lock table orders;\nalter table orders add column note text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "lock table orders in row exclusive mode;",
      note: "nobody waits for that",
    },
  ],
  otherIds: { migrationPilot: ["MP065"] },
  *check(context) {
    if (!("LockStmt" in context.node)) return;
    for (const { relation, mode } of blockingLocks(context)) {
      yield {
        message: `\`${relation}\` is locked (${mode}) for all that follows in the transaction. Let each statement take the lock it needs.`,
        relation,
      };
    }
  },
});
