import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const typeChangeWithCheck = defineRule({
  id: "type-change-with-check",
  kind: "lock",
  severity: "error",
  summary: "A column's type changes without a rewrite, but its CHECK is tested on every row",
  why: "A CHECK that uses the column is made anew for the new type. No row is written, but each is read and tested under ACCESS EXCLUSIVE.",
  instead:
    "Drop the CHECK in the same file before the type changes, add it again as NOT VALID, and validate it in a later file.",
  bad: [
    {
      history: "create table users (id bigint primary key, name varchar(40) check (name <> ''));",
      sql: "alter table users alter column name type varchar(80);",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, name varchar(40) constraint name_given check (name <> ''));",
      sql: "alter table users drop constraint name_given;\nalter table users alter column name type varchar(80);\nalter table users add constraint name_given check (name <> '') not valid;",
    },
    {
      history:
        "create table users (id bigint primary key, name varchar(40), age int check (age > 0));",
      sql: "alter table users alter column name type varchar(80);",
      note: "the CHECK is on another column",
    },
  ],
  otherIds: { strongMigrations: ["change_column_constraint"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "type-change-with-check",
      () => "Drop the CHECK before, add it again NOT VALID, and validate it in a later file.",
    );
  },
});
