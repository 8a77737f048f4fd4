import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const setAccessMethod = defineRule({
  id: "set-access-method",
  kind: "lock",
  severity: "error",
  versions: { since: 15 },
  summary: "A table moves to another access method, and is rewritten",
  why: "ALTER TABLE … SET ACCESS METHOD writes every row and every index anew under ACCESS EXCLUSIVE.",
  instead:
    "Make a table with the new access method beside it, copy in batches, and swap the names in one transaction.",
  bad: [
    {
      history:
        "create access method heap2 type table handler heap_tableam_handler;\ncreate table events (id bigint primary key);",
      sql: "alter table events set access method heap2;",
    },
  ],
  good: [
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events set access method heap;",
      note: "it has it already, and nothing happens",
    },
  ],
  otherIds: { atlas: ["PG311"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "set-access-method",
      () => "Copy into a new table in batches, and swap the names.",
    );
  },
});
