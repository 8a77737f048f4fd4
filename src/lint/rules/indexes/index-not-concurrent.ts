import { defineRule } from "../../rule.ts";
import { inCaseOf, insertAfterWords, oneEdit } from "../support/edits.ts";
import { reportWork } from "../support/work.ts";

export const indexNotConcurrent = defineRule({
  id: "index-not-concurrent",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "An index is built while writes to its table wait",
  why: "CREATE INDEX takes SHARE on the table until the index is built: reads go on, and every INSERT, UPDATE and DELETE waits, minutes on a large table.",
  instead:
    "`CREATE INDEX CONCURRENTLY`, in a file of its own: it cannot run in a transaction. An index on a table that the same file creates needs nothing.",
  bad: [
    {
      history: "create table orders (id bigint primary key, customer_id bigint);",
      sql: "create index orders_customer_id_idx on orders (customer_id);",
    },
    {
      sql: "CREATE UNIQUE INDEX a_b ON a (b);",
      unseen: "create table a (b int);",
      note: "a table that no file of the history makes",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, customer_id bigint);",
      sql: "create index concurrently orders_customer_id_idx on orders (customer_id);",
    },
    {
      sql: "create table orders (id bigint primary key, customer_id bigint);\ncreate index orders_customer_id_idx on orders (customer_id);",
      note: "nobody can write to a table that is not committed yet",
    },
  ],
  otherIds: {
    squawk: ["require-concurrent-index-creation"],
    eugene: ["E6"],
    strongMigrations: ["add_index"],
    atlas: ["PG101"],
    pgfence: ["create-index-not-concurrent"],
    migrationPilot: ["MP001"],
    pgMigrationLint: ["PGM001"],
    djangoMigrationLinter: ["CREATE_INDEX"],
    postgresLanguageServer: ["requireConcurrentIndexCreation"],
    pgrubic: ["US016"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(context, "index-not-concurrent", () => ({
      advice: "Build it CONCURRENTLY, in a file of its own.",
      fix: oneEdit(
        "Build the index CONCURRENTLY",
        insertAfterWords(context, ["index"], inCaseOf(context, " CONCURRENTLY")),
      ),
    }));
  },
});
