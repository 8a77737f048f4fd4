import { defineRule } from "../../rule.ts";
import { setsTimeout } from "../support/timeouts.ts";
import { laterStatements } from "../support/later.ts";

export const lockTimeoutZero = defineRule({
  id: "lock-timeout-zero",
  kind: "lock",
  severity: "warning",
  handledByRunner: "Each statement waits within a limit, whatever the file sets.",
  summary: "`lock_timeout` is switched off",
  why: "Zero means no limit: the next statement that needs a lock waits as long as the slowest query of its table, and everybody queues behind it.",
  instead:
    "A limit of a few seconds. Only CONCURRENTLY needs none: it blocks nobody while it waits.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set lock_timeout = 0;\nalter table orders add column note text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set lock_timeout = '2s';\nalter table orders add column note text;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "set lock_timeout = 0;\ncreate index concurrently orders_id on orders (id);",
      note: "a timeout would leave an invalid index",
    },
  ],
  otherIds: { pgfence: ["lock-timeout-zero"] },
  *check(context) {
    if (setsTimeout(context, "lock_timeout")?.ms !== 0) return;
    const rest = laterStatements(context);
    if (rest.every((one) => one.nonTransactional !== undefined)) return;
    yield {
      message:
        "Without a limit the next lock is waited for as long as it takes, and everybody queues behind it. Allow a few seconds.",
    };
  },
});
