import { tableAt } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { keyAdvice } from "../support/keys.ts";
import { reportWork } from "../support/work.ts";

export const uniqueWithoutUsingIndex = defineRule({
  id: "unique-without-using-index",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "The index of a UNIQUE constraint is built while reads and writes wait",
  why: "ADD UNIQUE builds its index under ACCESS EXCLUSIVE: nobody can even read the table until it is there.",
  instead:
    "`CREATE UNIQUE INDEX CONCURRENTLY` in a file of its own, then `ADD CONSTRAINT … UNIQUE USING INDEX`, which takes a moment. On a partitioned table USING INDEX is not possible: `ALTER TABLE ONLY … ADD UNIQUE`, then a unique index for each partition, attached one by one.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users add constraint users_email_key unique (email);",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, email text);\ncreate unique index users_email_key on users (email);",
      sql: "alter table users add constraint users_email_key unique using index users_email_key;",
    },
    {
      sql: "create table users (id bigint primary key, email text);\nalter table users add constraint users_email_key unique (email);",
    },
    {
      history:
        "create table events (id bigint, at date) partition by range (at);\ncreate table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');",
      sql: "alter table only events add constraint events_key unique (id, at);",
      note: "the index stays invalid until those of the partitions are attached",
    },
  ],
  otherIds: {
    squawk: ["disallowed-unique-constraint"],
    eugene: ["E7"],
    strongMigrations: ["add_unique_constraint"],
    atlas: ["PG105", "MF101", "MF102"],
    migrationPilot: ["MP027"],
    pgMigrationLint: ["PGM017"],
    djangoMigrationLinter: ["ADD_UNIQUE"],
    postgresLanguageServer: ["disallowUniqueConstraint"],
    pgrubic: ["US014"],
  },
  *check(context) {
    yield* reportWork(context, "unique-without-using-index", ({ key }) =>
      keyAdvice(tableAt(context.catalog, key), "UNIQUE", "unique"),
    );
  },
});
