import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const attachPartitionNoCheck = defineRule({
  id: "attach-partition-no-check",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A table is read from end to end to become a partition",
  why: "ATTACH PARTITION has to know that each row fits the bound. Unless a validated CHECK proves it, the whole table is read under ACCESS EXCLUSIVE on it.",
  instead:
    "Add a CHECK like the bound (with IS NOT NULL) to the table, NOT VALID, validate it in a later file, then attach and drop the CHECK.",
  bad: [
    {
      history:
        "create table events (day date not null) partition by range (day);\ncreate table events_2020 (day date not null);",
      sql: "alter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
    },
  ],
  good: [
    {
      history:
        "create table events (day date not null) partition by range (day);\ncreate table events_2020 (day date not null, check (day >= '2020-01-01' and day < '2021-01-01'));",
      sql: "alter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
    },
    {
      history: "create table events (day date not null) partition by range (day);",
      sql: "create table events_2020 (day date not null);\nalter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
      note: "the new table is empty",
    },
  ],
  otherIds: {
    pgfence: ["attach-partition"],
    migrationPilot: ["MP094"],
    pgMigrationLint: ["PGM005"],
    postgresLanguageServer: ["avoidAttachingWithoutCheck"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "attach-partition-no-check",
      () => "Add a CHECK like the bound first, and validate it in a file of its own.",
    );
  },
});
