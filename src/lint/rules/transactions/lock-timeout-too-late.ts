import { defineRule } from "../../rule.ts";
import { blocksSomebody } from "../support/blocking.ts";
import { setsTimeout } from "../support/timeouts.ts";

export const lockTimeoutTooLate = defineRule({
  id: "lock-timeout-too-late",
  kind: "lock",
  severity: "warning",
  handledByRunner: "Each statement waits within a limit, whatever the file sets.",
  summary: "`lock_timeout` is set behind the statement that needs it",
  why: "A setting holds from there on. What stands before it waits without a limit.",
  instead: "Set lock_timeout at the top of the file.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\nset local lock_timeout = '2s';",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set local lock_timeout = '2s';\nalter table orders add column note text;",
    },
  ],
  otherIds: { pgfence: ["lock-timeout-after-dangerous-statement"] },
  *check(context) {
    const set = setsTimeout(context, "lock_timeout");
    if (set === undefined || context.settings.has("lock_timeout")) return;
    const { before } = context.file;
    if (before.some((one) => setsTimeout(one, "lock_timeout") !== undefined)) return;
    const early = before.find(blocksSomebody);
    if (early === undefined) return;
    yield {
      message: `Line ${early.statement.line} has waited for its lock without a limit by now. Set lock_timeout before it.`,
    };
  },
});
