import { defineRule } from "../../rule.ts";

/** The finding is the engine's (place.ts): such a file is refused before it is divided. */
export const concurrentlyInTransaction = defineRule({
  id: "concurrently-in-transaction",
  kind: "re-run",
  severity: "error",
  summary: "A statement that cannot run in a transaction stands among others that need one",
  why: "PostgreSQL refuses CREATE INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY, REINDEX CONCURRENTLY, DETACH PARTITION … CONCURRENTLY, VACUUM and some more inside of a transaction block (25001). Several statements that are sent as one text are a transaction, too.",
  instead:
    "A file of its own, for which the runner begins no transaction. `lockstep split` makes several files of one.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\ncreate index concurrently orders_note on orders (note);",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "begin;\ncreate index concurrently orders_id on orders (id);\ncommit;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "create index concurrently orders_id on orders (id);",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "set statement_timeout = 0;\ncreate index concurrently orders_id on orders (id);",
      note: "SET belongs to the session",
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
});
