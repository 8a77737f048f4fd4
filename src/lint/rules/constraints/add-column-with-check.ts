import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const addColumnWithCheck = defineRule({
  id: "add-column-with-check",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A new column has a CHECK, which is tested against all rows while reads and writes wait",
  why: "A new column without a rewrite takes a moment, but with a CHECK beside it PostgreSQL reads every row under ACCESS EXCLUSIVE, although all have the same value. The NOT NULL of a virtual generated column is tested in the same way.",
  instead:
    "Add the column alone, then the CHECK as a constraint `NOT VALID`, and validate it in a later transaction.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column discount int check (discount >= 0);",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column discount int;\nalter table orders add constraint discount_check check (discount >= 0) not valid;",
    },
    {
      history: "create table orders (id bigint primary key, discount int);",
      sql: "alter table orders add column if not exists discount int check (discount >= 0);",
      note: "the column is there, and nothing is done",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column discount int check (discount >= 0) not enforced;",
    },
  ],
  otherIds: { eugene: ["E1"] },
  on: "work",
  *check(context) {
    yield* reportWork(context, "add-column-with-check", () => ({
      advice: "Add the column alone, then the CHECK NOT VALID, and validate it later.",
      fix: { title: "Add the CHECK NOT VALID, and validate later", edits: [], recipe: "check" },
    }));
  },
});
