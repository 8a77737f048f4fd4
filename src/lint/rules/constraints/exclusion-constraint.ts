import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const exclusionConstraint = defineRule({
  id: "exclusion-constraint",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "The index of an EXCLUDE constraint is built while reads and writes wait",
  why: "ADD EXCLUDE builds its index and compares every row under ACCESS EXCLUSIVE. There is no NOT VALID and no USING INDEX for it: on a table that is in use it cannot be added without that.",
  instead:
    "Give it to a new table and move the rows there, or check it in a trigger. Where the table is small, or may be locked, allow it and say why.",
  bad: [
    {
      history: "create table bookings (id bigint primary key, during tsrange);",
      sql: "alter table bookings add constraint no_overlap exclude using gist (during with &&);",
    },
  ],
  good: [
    {
      sql: "create table bookings (id bigint primary key, during tsrange, constraint no_overlap exclude using gist (during with &&));",
    },
    {
      sql: "create table bookings (id bigint primary key, during tsrange);\nalter table bookings add constraint no_overlap exclude using gist (during with &&);",
    },
  ],
  otherIds: {
    squawk: ["constraint-missing-not-valid"],
    eugene: ["E8"],
    strongMigrations: ["add_exclusion_constraint"],
    atlas: ["PG109"],
    migrationPilot: ["MP031"],
    pgMigrationLint: ["PGM019"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "exclusion-constraint",
      () => "It has no online form: give it to a new table, or check it in a trigger.",
    );
  },
});
