import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const addColumnConstrainedDomain = defineRule({
  id: "add-column-constrained-domain",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A new column of a domain with constraints rewrites the table",
  why: "A column of a domain that has a CHECK or NOT NULL makes PostgreSQL compute and test the value of every row, even when it is null and has no default: the table is written anew under ACCESS EXCLUSIVE. A domain without constraints does not.",
  instead:
    "Give the column the domain's base type, and put the condition into a CHECK of the table: NOT VALID first, validated in a later file.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key);\ncreate domain email as text check (value like '%@%');",
      sql: "alter table orders add column contact email;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);\ncreate domain note as text;",
      sql: "alter table orders add column comment note;",
      note: "the domain has no constraint",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column contact text;\nalter table orders add constraint contact_is_email check (contact like '%@%') not valid;",
    },
    {
      history: "create domain email as text check (value like '%@%');",
      sql: "create table users (id bigint primary key);\nalter table users add column contact email;",
      note: "the table is empty",
    },
  ],
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "add-column-constrained-domain",
      () => "Use the base type, and a CHECK of the table that is NOT VALID first.",
    );
  },
});
