import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const cluster = defineRule({
  id: "cluster",
  kind: "lock",
  severity: "error",
  summary: "CLUSTER rewrites a table while everybody waits",
  why: "CLUSTER copies every row in the order of an index and rebuilds all indexes under ACCESS EXCLUSIVE. The order is not kept: later rows go where there is space.",
  instead:
    "pg_repack, which orders rows while the table is used; or a covering index (INCLUDE), which is often what was wanted.",
  bad: [
    {
      history:
        "create table events (id bigint primary key, at timestamptz);\ncreate index events_at_idx on events (at);",
      sql: "cluster events using events_at_idx;",
    },
  ],
  good: [
    {
      history:
        "create table events (id bigint primary key, at timestamptz);\ncreate index events_at_idx on events (at);",
      sql: "alter table events cluster on events_at_idx;",
      note: "only a mark for later",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM021"], migrationPilot: ["MP032"], pgrubic: ["US026"] },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "cluster",
      () => "Use pg_repack, which does it while the table is used.",
    );
  },
});
