import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const addColumnUnique = defineRule({
  id: "add-column-unique",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A new column is UNIQUE or the PRIMARY KEY, and its index is built while all wait",
  why: "UNIQUE and PRIMARY KEY beside a new column build an index over every row under ACCESS EXCLUSIVE, even where the column is null everywhere.",
  instead:
    "Add the column alone, build a unique index CONCURRENTLY in a file of its own, and add the constraint USING INDEX.",
  bad: [
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column handle text unique;",
    },
    {
      history: "create table users (email text);",
      sql: "alter table users add column id bigint primary key;",
      refused: "23502",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column handle text;",
    },
    {
      sql: "create table users (id bigint primary key);\nalter table users add column handle text unique;",
    },
  ],
  otherIds: { squawk: ["disallowed-unique-constraint"], eugene: ["E7"] },
  on: "work",
  *check(context) {
    yield* reportWork(context, "add-column-unique", () => ({
      advice:
        "Add the column alone, build a unique index CONCURRENTLY, and add the key USING INDEX.",
      fix: { title: "Build the index CONCURRENTLY", edits: [], recipe: "unique" },
    }));
  },
});
