import { defineRule } from "../../rule.ts";
import { blocksSomebody } from "../support/blocking.ts";

export const missingStatementTimeout = defineRule({
  id: "missing-statement-timeout",
  kind: "lock",
  severity: "info",
  handledByRunner:
    "Whoever waits behind a statement is watched, and the statement is cancelled before they have waited too long.",
  summary: "A statement that keeps others waiting may run without a limit",
  why: "lock_timeout limits the wait for a lock, not what is done with it. A scan that nobody has thought of then keeps everybody waiting until somebody notices.",
  instead: "`SET LOCAL statement_timeout = '30s'` before the first such statement.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set local statement_timeout = '30s';\nalter table orders add column note text;",
    },
    { sql: "create table orders (id bigint primary key);" },
  ],
  otherIds: {
    squawk: ["require-statement-timeout", "require-timeout-settings"],
    pgfence: ["missing-statement-timeout"],
    migrationPilot: ["MP020"],
  },
  *check(context) {
    const { settings, file } = context;
    if (!blocksSomebody(context) || settings.has("statement_timeout")) return;
    if (file.before.some(blocksSomebody)) return;
    yield {
      message:
        "Once it has its lock, nothing limits how long this keeps others waiting. Write SET LOCAL statement_timeout = '30s' before it.",
    };
  },
});
