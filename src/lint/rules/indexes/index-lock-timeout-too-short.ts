import type { NonTransactionalKind } from "../../../sql/statement.ts";
import { defineRule } from "../../rule.ts";

const WAITS: ReadonlySet<NonTransactionalKind | undefined> = new Set([
  "create-index-concurrently",
  "reindex-concurrently",
]);

export const indexLockTimeoutTooShort = defineRule({
  id: "index-lock-timeout-too-short",
  kind: "re-run",
  severity: "warning",
  phase: "expand",
  handledByRunner:
    "It runs each CONCURRENTLY with `lock_timeout = 0` and without a statement timeout of its own, whatever a SET of the file says.",
  summary: "A timeout cancels a CONCURRENTLY that only waits",
  why: "CREATE INDEX CONCURRENTLY waits for transactions that are older than itself, and these waits count as waiting for a lock. A `lock_timeout` or `statement_timeout` that is right for ALTER TABLE cancels it there, and an invalid index stays. Meanwhile nobody would have waited for it.",
  instead:
    "`SET lock_timeout = 0` and `SET statement_timeout = 0` before it, and an eye on long transactions.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "set lock_timeout = '2s';\ncreate index concurrently orders_state_idx on orders (state);",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "set statement_timeout = 5000;\nreindex table concurrently orders;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "set lock_timeout = 0;\ncreate index concurrently orders_state_idx on orders (state);",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "set lock_timeout = '2s';\nreset lock_timeout;\ncreate index concurrently orders_state_idx on orders (state);",
    },
  ],
  *check({ statement, settings }) {
    if (!WAITS.has(statement.nonTransactional)) return;
    for (const name of ["lock_timeout", "statement_timeout"]) {
      const setting = settings.get(name);
      if (setting === undefined || /^0\s*(us|ms|s|min|h|d)?$/.test(setting.value)) continue;
      yield {
        message: `Line ${setting.statement.line} sets \`${name}\` to \`${setting.value}\`: it cancels the statement while it waits for older transactions, and an invalid index stays. Set it to 0 before.`,
      };
    }
  },
});
