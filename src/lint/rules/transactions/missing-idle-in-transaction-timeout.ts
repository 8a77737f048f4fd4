import { defineRule } from "../../rule.ts";
import { blocksSomebody } from "../support/blocking.ts";

const NAME = "idle_in_transaction_session_timeout";

export const missingIdleInTransactionTimeout = defineRule({
  id: "missing-idle-in-transaction-timeout",
  kind: "process",
  severity: "info",
  pack: "style",
  handledByRunner: "The runner sets idle_in_transaction_session_timeout for its sessions.",
  summary: "A migration that stands still keeps its locks without a limit",
  why: "When the client hangs between two statements of a transaction, its locks stay until somebody ends the session.",
  instead:
    "`SET idle_in_transaction_session_timeout = '1min'` at the top of the file, or for the role that runs migrations.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\nalter table orders add column state text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set idle_in_transaction_session_timeout = '1min';\nalter table orders add column note text;\nalter table orders add column state text;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;",
      note: "nothing comes after the lock",
    },
  ],
  otherIds: { pgfence: ["missing-idle-timeout"] },
  *check(context) {
    const { settings, file, statement } = context;
    if (!blocksSomebody(context) || settings.has(NAME)) return;
    if (file.before.some(blocksSomebody)) return;
    if (statement.ordinal === file.parsed.statements.length) return;
    yield {
      message: `Should the client hang behind this statement, its locks stay without a limit. Set ${NAME}.`,
    };
  },
});
