import { defineRule } from "../../rule.ts";
import { setsTimeout } from "../support/timeouts.ts";
import { laterStatements } from "../support/later.ts";

const LONGEST_MS = 5 * 60_000;

export const statementTimeoutTooLong = defineRule({
  id: "statement-timeout-too-long",
  kind: "lock",
  severity: "info",
  handledByRunner:
    "A statement that keeps others waiting too long is cancelled, whatever the file sets.",
  summary: "`statement_timeout` lets a statement keep others waiting for more than five minutes",
  why: "The timeout is how long an unforeseen scan or rewrite may keep everybody from the table.",
  instead: "Seconds for what blocks others. Only CONCURRENTLY and VACUUM, which do not, need more.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set statement_timeout = '1h';\nalter table orders add column note text;",
    },
  ],
  good: [
    {
      sql: "set statement_timeout = '30s';\nalter table orders add column note text;",
      history: "create table orders (id bigint primary key);",
    },
    {
      sql: "set statement_timeout = '1h';\ncreate index concurrently orders_id on orders (id);",
      history: "create table orders (id bigint primary key);",
    },
  ],
  otherIds: { pgfence: ["statement-timeout-too-long"] },
  *check(context) {
    const set = setsTimeout(context, "statement_timeout");
    if (set === undefined || set.ms <= LONGEST_MS) return;
    const rest = laterStatements(context);
    if (rest.every((one) => one.nonTransactional !== undefined)) return;
    yield {
      message: `A statement may keep others waiting for ${set.text}. Allow seconds where a lock is held.`,
    };
  },
});
