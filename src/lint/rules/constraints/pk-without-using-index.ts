import { tableAt } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { keyAdvice } from "../support/keys.ts";
import { reportWork } from "../support/work.ts";

export const pkWithoutUsingIndex = defineRule({
  id: "pk-without-using-index",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "The index of a PRIMARY KEY is built while reads and writes wait",
  why: "ADD PRIMARY KEY builds its index under ACCESS EXCLUSIVE, and looks for nulls where a column is not NOT NULL yet: nobody can even read the table until it has ended.",
  instead:
    "Make the columns NOT NULL, `CREATE UNIQUE INDEX CONCURRENTLY` in a file of its own, then `ADD CONSTRAINT … PRIMARY KEY USING INDEX`, which takes a moment. On a partitioned table USING INDEX is not possible: `ALTER TABLE ONLY … ADD PRIMARY KEY`, then a unique index for each partition, attached one by one.",
  bad: [
    {
      history: "create table users (id bigint not null, email text);",
      sql: "alter table users add primary key (id);",
    },
    {
      history: "create table users (id bigint, email text);",
      sql: "alter table users add constraint users_pkey primary key (id);",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint not null, email text);\ncreate unique index users_pkey on users (id);",
      sql: "alter table users add constraint users_pkey primary key using index users_pkey;",
    },
    { sql: "create table users (id bigint, email text);\nalter table users add primary key (id);" },
  ],
  otherIds: {
    squawk: ["adding-serial-primary-key-field"],
    eugene: ["E7"],
    atlas: ["PG104"],
    pgfence: ["add-pk-without-using-index"],
    pgMigrationLint: ["PGM016"],
    postgresLanguageServer: ["addingPrimaryKeyConstraint"],
    pgrubic: ["US015"],
  },
  *check(context) {
    yield* reportWork(context, "pk-without-using-index", ({ key }) =>
      keyAdvice(tableAt(context.catalog, key), "PRIMARY KEY", "primary-key"),
    );
  },
});
