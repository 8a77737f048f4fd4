import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const vacuumFull = defineRule({
  id: "vacuum-full",
  kind: "lock",
  severity: "error",
  summary: "VACUUM FULL rewrites a table while everybody waits",
  why: "VACUUM FULL copies every row into a new file and rebuilds all indexes under ACCESS EXCLUSIVE. Plain VACUUM makes the space free for new rows and stops nobody.",
  instead:
    "Plain VACUUM; and where the disk space itself has to come back, pg_repack or pg_squeeze, which copy while the table is used.",
  bad: [
    { history: "create table events (id bigint primary key);", sql: "vacuum full events;" },
    {
      sql: "VACUUM (FULL, ANALYZE) events;",
      unseen: "create table events (id bigint primary key);",
      note: "a table that no file of the history makes",
    },
  ],
  good: [
    { history: "create table events (id bigint primary key);", sql: "vacuum (analyze) events;" },
    { history: "create table events (id bigint primary key);", sql: "vacuum (full off) events;" },
  ],
  otherIds: {
    pgfence: ["vacuum-full"],
    pgMigrationLint: ["PGM018"],
    migrationPilot: ["MP006"],
    postgresLanguageServer: ["banVacuumFull"],
    pgrubic: ["US025"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "vacuum-full",
      () => "Use plain VACUUM, or pg_repack where the space must come back.",
    );
  },
});
