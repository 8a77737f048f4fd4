import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const timeWithTz = defineRule({
  id: "time-with-tz",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is a time with time zone",
  why: "A `timetz` has an offset but no date, so that nobody can tell whether summer time applies. It exists because the SQL standard has it.",
  instead: "`timestamptz` for a point in time, `time` for a time of day.",
  bad: [{ sql: "create table users (id bigint primary key, wakes_at time with time zone);" }],
  good: [{ sql: "create table users (id bigint primary key, wakes_at time);" }],
  otherIds: { pgrubic: ["TP002"] },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "timetz")
        ? `${column} has an offset and no date. Use timestamptz for a point in time, time for a time of day.`
        : undefined,
    );
  },
});
