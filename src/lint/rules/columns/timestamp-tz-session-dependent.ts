import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const timestampTzSessionDependent = defineRule({
  id: "timestamp-tz-session-dependent",
  kind: "lock",
  severity: "error",
  summary: "A change between timestamp and timestamptz depends on the session's TimeZone",
  why: "With TimeZone UTC the stored bytes of `timestamp` and `timestamptz` agree, and the change is free. With any other zone every value is shifted: the table is written anew under ACCESS EXCLUSIVE, and what the values mean depends on who ran the migration. Lockstep sets UTC; other runners leave what server, role or machine have.",
  instead:
    "If the stored values are UTC, say `SET timezone = 'UTC'` before. If they are not, add a new column and convert in batches.",
  bad: [
    {
      history: "create table events (id bigint primary key, at timestamp);",
      sql: "alter table events alter column at type timestamptz;",
      runner: "other",
    },
    {
      history: "create table events (id bigint primary key, at timestamp);",
      sql: "set timezone = 'Europe/Oslo';\nalter table events alter column at type timestamptz;",
    },
  ],
  good: [
    {
      history: "create table events (id bigint primary key, at timestamp);",
      sql: "alter table events alter column at type timestamptz;",
      note: "the runner has set UTC",
    },
    {
      history: "create table events (id bigint primary key, at timestamp);",
      sql: "set timezone = 'UTC';\nalter table events alter column at type timestamptz;",
      runner: "other",
    },
  ],
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "timestamp-tz-session-dependent",
      () => "If the values are UTC, set TimeZone to 'UTC' before.",
    );
  },
});
