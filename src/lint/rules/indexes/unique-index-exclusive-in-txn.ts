import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const uniqueIndexExclusiveInTxn = defineRule({
  id: "unique-index-exclusive-in-txn",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "An index is built in a transaction that locks its table against reads",
  why: "A lock is kept until the commit. After an ALTER TABLE the transaction holds ACCESS EXCLUSIVE, so that the build of an index, which alone would stop writes only, stops reads too.",
  instead:
    "Leave the change in its own file, and build the index with `CREATE INDEX CONCURRENTLY` in another one.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users add column name text;\ncreate unique index users_email_idx on users (email);",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "create unique index concurrently users_email_idx on users (email);",
    },
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "-- lockstep:transaction statement\nalter table users add column name text;\ncreate unique index concurrently users_email_idx on users (email);",
    },
    {
      sql: "create table users (id bigint primary key, email text);\nalter table users add column name text;\ncreate unique index users_email_idx on users (email);",
    },
  ],
  otherIds: {
    eugene: ["E4"],
    pgfence: ["statement-after-access-exclusive"],
    djangoMigrationLinter: ["CREATE_INDEX_EXCLUSIVE"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "unique-index-exclusive-in-txn",
      () => "Build it CONCURRENTLY, in a file of its own.",
    );
  },
});
