import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const typeChangeRebuildsIndex = defineRule({
  id: "type-change-rebuilds-index",
  kind: "lock",
  severity: "error",
  summary: "A column's type or collation changes without a rewrite, but its indexes are rebuilt",
  why: "Where no row has to change an index is usually kept as well. Not so when the collation changes, because the order of its entries does, nor when it has expressions or a WHERE: then it is built from every row under ACCESS EXCLUSIVE.",
  instead:
    "Build an index on the new form CONCURRENTLY before, drop the old one CONCURRENTLY, and change the type when no such index is left.",
  bad: [
    {
      history:
        "create table users (id bigint primary key, name text);\ncreate index users_name_idx on users (name);",
      sql: 'alter table users alter column name type text collate "C";',
    },
    {
      history:
        "create table users (id bigint primary key, name varchar(40));\ncreate index users_name_idx on users (lower(name));",
      sql: "alter table users alter column name type text;",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, name varchar(40));\ncreate index users_name_idx on users (name);",
      sql: "alter table users alter column name type text;",
      note: "the index is kept",
    },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: 'alter table users alter column name type text collate "C";',
      note: "the column is in no index",
    },
  ],
  otherIds: { migrationPilot: ["MP089"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "type-change-rebuilds-index",
      () => "Drop the index CONCURRENTLY before, and build it again CONCURRENTLY afterwards.",
    );
  },
});
