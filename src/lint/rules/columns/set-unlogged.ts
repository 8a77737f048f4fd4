import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const setUnlogged = defineRule({
  id: "set-unlogged",
  kind: "lock",
  severity: "error",
  summary: "A table becomes UNLOGGED, and is rewritten",
  why: "ALTER TABLE … SET UNLOGGED writes every row and every index anew under ACCESS EXCLUSIVE. What is in an unlogged table is gone after a crash, and never there on a replica.",
  instead:
    "Load into a table that is unlogged from the beginning, and keep the one that the application uses as it is.",
  bad: [
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events set unlogged;",
    },
  ],
  good: [
    {
      history: "create unlogged table events (id bigint primary key);",
      sql: "alter table events set unlogged;",
      note: "it is already, and nothing happens",
    },
    {
      sql: "create table events (id bigint primary key);\nalter table events set unlogged;",
      note: "the table is empty",
    },
  ],
  otherIds: { atlas: ["PG307"], migrationPilot: ["MP047"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "set-unlogged",
      () =>
        "After a crash it would be empty, too. Use a table that is unlogged from the beginning.",
    );
  },
});
