import { defineRule } from "../../rule.ts";
import { setsTimeout } from "../support/timeouts.ts";

/** What people who wait for a page take for "it is broken", in milliseconds. */
const LONGEST_MS = 5000;

export const lockTimeoutTooLong = defineRule({
  id: "lock-timeout-too-long",
  kind: "lock",
  severity: "warning",
  handledByRunner: "How long others may wait is limited by the runner, whatever the file sets.",
  summary: "`lock_timeout` lets everybody queue for more than five seconds",
  why: "For as long as a statement waits for ACCESS EXCLUSIVE, every other query of the table waits behind it. The timeout is the length of the outage that is accepted.",
  instead: "One or two seconds, and several attempts.",
  bad: [
    {
      sql: "set lock_timeout = '1min';\nalter table orders add column note text;",
      history: "create table orders (id bigint primary key);",
    },
  ],
  good: [
    {
      sql: "set lock_timeout = '2s';\nalter table orders add column note text;",
      history: "create table orders (id bigint primary key);",
    },
  ],
  otherIds: { pgfence: ["lock-timeout-too-long"], strongMigrations: ["lock_timeout_limit"] },
  *check(context) {
    const set = setsTimeout(context, "lock_timeout");
    if (set === undefined || set.ms <= LONGEST_MS) return;
    yield {
      message: `Everybody who wants the table may have to wait ${set.text}. Allow one or two seconds, and try several times.`,
    };
  },
});
