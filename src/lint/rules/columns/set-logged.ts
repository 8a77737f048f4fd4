import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const setLogged = defineRule({
  id: "set-logged",
  kind: "lock",
  severity: "error",
  summary: "A table becomes LOGGED, and is rewritten",
  why: "ALTER TABLE … SET LOGGED writes every row and every index anew under ACCESS EXCLUSIVE.",
  instead: "Make a logged table beside it, copy in batches, and swap the names in one transaction.",
  bad: [
    {
      history: "create unlogged table events (id bigint primary key);",
      sql: "alter table events set logged;",
    },
  ],
  good: [
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events set logged;",
      note: "it is already, and nothing happens",
    },
    {
      sql: "create unlogged table events (id bigint primary key);\nalter table events set logged;",
      note: "the table is empty",
    },
  ],
  otherIds: { atlas: ["PG307"], migrationPilot: ["MP047"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "set-logged",
      () => "Copy into a new table in batches, and swap the names.",
    );
  },
});
