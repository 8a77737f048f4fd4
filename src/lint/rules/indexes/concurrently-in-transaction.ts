import type { NonTransactionalKind } from "../../../sql/statement.ts";
import { isSessionNeutral } from "../../../sql/transaction-mode.ts";
import { defineRule } from "../../rule.ts";

const CONCURRENT: ReadonlySet<NonTransactionalKind | undefined> = new Set([
  "create-index-concurrently",
  "drop-index-concurrently",
  "reindex-concurrently",
  "detach-concurrently",
]);

/**
 * A file that needs a transaction and cannot have one is refused when it is read, under this id;
 * what is left are files that another runner may send as one query.
 */
export const concurrentlyInTransaction = defineRule({
  id: "concurrently-in-transaction",
  kind: "re-run",
  severity: "error",
  summary: "A CONCURRENTLY stands where it cannot run, in a transaction",
  why: "CREATE INDEX, DROP INDEX, REINDEX and DETACH PARTITION with CONCURRENTLY commit in between, so that PostgreSQL refuses them in a transaction block. A runner that sends several statements as one query opens one without saying so.",
  instead:
    "Put it into a file of its own. Lockstep divides such a file itself and needs no directive; other runners want their marker for “no transaction”.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column state text;\ncreate index concurrently orders_state_idx on orders (state);",
      refused: "25001",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "begin;\ncreate index concurrently orders_state_idx on orders (state);\ncommit;",
      refused: "25001",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "set maintenance_work_mem = '1GB';\ncreate index concurrently orders_state_idx on orders (state);",
      refused: "25001",
      runner: "other",
      note: "a file that is sent as one query is one transaction",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "create index concurrently orders_state_idx on orders (state);",
      runner: "other",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "set maintenance_work_mem = '1GB';\ncreate index concurrently orders_state_idx on orders (state);",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "-- lockstep:transaction statement\nalter table orders add column state text;\ncreate index concurrently orders_state_idx on orders (state);",
    },
  ],
  otherIds: {
    squawk: ["ban-concurrent-index-creation-in-transaction"],
    atlas: ["PG103", "TX101"],
    pgfence: ["concurrent-in-transaction"],
    migrationPilot: ["MP025"],
    pgMigrationLint: ["PGM003"],
    postgresLanguageServer: ["banConcurrentIndexCreationInTransaction"],
  },
  *check({ statement, file, target }) {
    if (target.runner === "lockstep" || !CONCURRENT.has(statement.nonTransactional)) return;
    const { statements, transactions } = file.parsed;
    if (statements.length === 1) return;
    const refused =
      transactions === undefined &&
      statements.some((one) => one.nonTransactional === undefined && !isSessionNeutral(one));
    if (refused) return;
    yield {
      message:
        "The file has other statements: a runner that sends it as one query runs it in one transaction, and PostgreSQL refuses CONCURRENTLY there. Put it into a file of its own.",
      severity: "warning",
    };
  },
});
