import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const attachValidatesForeignKey = defineRule({
  id: "attach-validates-foreign-key",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "Each row of a table is looked up in another while it becomes a partition",
  why: "A foreign key of the partitioned table holds for the partition too. Where the table has no validated one like it, ATTACH makes and validates it, under ACCESS EXCLUSIVE on the table.",
  instead:
    "Add the same foreign key to the table NOT VALID, validate it in a later file, then attach: PostgreSQL takes it over.",
  bad: [
    {
      history:
        "create table users (id bigint primary key);\ncreate table events (day date not null, user_id bigint references users) partition by range (day);\ncreate table events_2020 (day date not null, user_id bigint, check (day >= '2020-01-01' and day < '2021-01-01'));",
      sql: "alter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key);\ncreate table events (day date not null, user_id bigint references users) partition by range (day);\ncreate table events_2020 (day date not null, user_id bigint references users, check (day >= '2020-01-01' and day < '2021-01-01'));",
      sql: "alter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
    },
  ],
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "attach-validates-foreign-key",
      () => "Add the foreign key to the table NOT VALID and validate it first.",
    );
  },
});
