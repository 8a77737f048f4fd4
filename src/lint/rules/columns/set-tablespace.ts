import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const setTablespace = defineRule({
  id: "set-tablespace",
  kind: "lock",
  severity: "error",
  summary: "A table or an index moves to another tablespace while everybody waits",
  why: "The files are copied under ACCESS EXCLUSIVE, block by block: reads and writes wait as long as the disk takes. ALTER TABLE ALL IN TABLESPACE does it with one table after the other and keeps all the locks.",
  instead:
    "An index: build another one CONCURRENTLY in the new tablespace, or REINDEX (TABLESPACE …) CONCURRENTLY. A table: copy into a new one in batches and swap the names, or use pg_repack.",
  bad: [
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events set tablespace fast;",
    },
    {
      history: "create table events (id bigint primary key);",
      sql: "alter index events_pkey set tablespace fast;",
    },
  ],
  good: [
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events set tablespace pg_default;",
      note: "it is there already, and nothing happens",
    },
    {
      history: "create table events (id bigint primary key);",
      sql: "reindex (tablespace fast) index concurrently events_pkey;",
    },
  ],
  otherIds: { migrationPilot: ["MP095"], pgrubic: ["US017", "US018", "US023", "US024"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "set-tablespace",
      () =>
        "Build an index anew with REINDEX (TABLESPACE …) CONCURRENTLY; copy a table in batches.",
    );
  },
});
