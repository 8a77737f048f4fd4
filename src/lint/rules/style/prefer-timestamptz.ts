import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const preferTimestamptz = defineRule({
  id: "prefer-timestamptz",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is a timestamp without time zone",
  why: "A `timestamp` says what a clock showed and not which clock: it cannot be compared with `now()` without the session's TimeZone, and the hour at the end of summer time is there twice. A `timestamptz` is a point in time, and is stored in the same eight bytes.",
  instead: "`timestamptz`.",
  bad: [{ sql: "create table users (id bigint primary key, created_at timestamp);" }],
  good: [{ sql: "create table users (id bigint primary key, created_at timestamptz);" }],
  otherIds: {
    squawk: ["prefer-timestamp-tz"],
    pgfence: ["prefer-timestamptz"],
    postgresLanguageServer: ["preferTimestamptz"],
    pgMigrationLint: ["PGM101"],
    migrationPilot: ["MP040"],
    pgrubic: ["TP001"],
  },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "timestamp")
        ? `${column} does not say which clock it means. Use timestamptz.`
        : undefined,
    );
  },
});
