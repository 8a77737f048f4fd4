import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const attachPartitionScansDefault = defineRule({
  id: "attach-partition-scans-default",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "The default partition is read from end to end to make room for another one",
  why: "A new partition must not leave rows in the default partition that belong to it. Unless a validated CHECK rules them out, PostgreSQL reads the whole default partition under ACCESS EXCLUSIVE. That holds for ATTACH and for CREATE TABLE … PARTITION OF.",
  instead:
    "Add a CHECK to the default partition that excludes the bound, NOT VALID, validate it in a later file, then add the partition and drop the CHECK.",
  bad: [
    {
      history:
        "create table events (day date not null) partition by range (day);\ncreate table events_rest partition of events default;",
      sql: "create table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
    },
  ],
  good: [
    {
      history:
        "create table events (day date not null) partition by range (day);\ncreate table events_rest partition of events default;\nalter table events_rest add constraint none check (day < '2020-01-01' or day >= '2021-01-01');",
      sql: "create table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
    },
    {
      history: "create table events (day date not null) partition by range (day);",
      sql: "create table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
      note: "there is no default partition",
    },
  ],
  otherIds: { migrationPilot: ["MP072", "MP093"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "attach-partition-scans-default",
      () =>
        "Add a CHECK that excludes the bound to it first, and validate it in a file of its own.",
    );
  },
});
