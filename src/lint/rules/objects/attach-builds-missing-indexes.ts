import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const attachBuildsMissingIndexes = defineRule({
  id: "attach-builds-missing-indexes",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A table gets missing indexes built while it becomes a partition",
  why: "Each index of the partitioned table needs one on the partition. Where the table has none that fits, ATTACH builds it, under ACCESS EXCLUSIVE on the table, also when a CHECK has spared the scan.",
  instead:
    "Build the indexes CONCURRENTLY on the table first (for a primary key: a unique index, and the constraint USING INDEX), then attach.",
  bad: [
    {
      history:
        "create table events (day date not null, kind text) partition by range (day);\ncreate index events_kind on events (kind);\ncreate table events_2020 (day date not null, kind text, check (day >= '2020-01-01' and day < '2021-01-01'));",
      sql: "alter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
    },
  ],
  good: [
    {
      history:
        "create table events (day date not null, kind text) partition by range (day);\ncreate index events_kind on events (kind);\ncreate table events_2020 (day date not null, kind text, check (day >= '2020-01-01' and day < '2021-01-01'));\ncreate index events_2020_kind on events_2020 (kind);",
      sql: "alter table events attach partition events_2020 for values from ('2020-01-01') to ('2021-01-01');",
    },
  ],
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "attach-builds-missing-indexes",
      () => "Build them CONCURRENTLY on the table first.",
    );
  },
});
