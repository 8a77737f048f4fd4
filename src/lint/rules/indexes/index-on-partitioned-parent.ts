import { defineRule } from "../../rule.ts";
import { subjectOf } from "../support/subject.ts";
import { reportWork } from "../support/work.ts";

const ADVICE =
  "Make it ON ONLY the parent, build one CONCURRENTLY on each partition, and attach them.";

export const indexOnPartitionedParent = defineRule({
  id: "index-on-partitioned-parent",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "An index is built on all partitions while writes to all of them wait",
  why: "CREATE INDEX on a partitioned table takes SHARE on it and on every partition, and keeps all of them until the last index is built. CONCURRENTLY is not possible there: PostgreSQL refuses it.",
  instead:
    "`CREATE INDEX … ON ONLY parent` makes an index that is not valid yet. Build the same index CONCURRENTLY on each partition, then `ALTER INDEX … ATTACH PARTITION` each; with the last one the parent's becomes valid.",
  bad: [
    {
      history:
        "create table events (id bigint, at date) partition by range (at);\ncreate table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');",
      sql: "create index events_id_idx on events (id);",
    },
    {
      history: "create table events (id bigint, at date) partition by range (at);",
      sql: "create index concurrently events_id_idx on events (id);",
      refused: "0A000",
    },
  ],
  good: [
    {
      history:
        "create table events (id bigint, at date) partition by range (at);\ncreate table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');",
      sql: "create index events_id_idx on only events (id);",
    },
    {
      history: "create table events (id bigint, at date) partition by range (at);",
      sql: "create index events_id_idx on events (id);",
      note: "there is no partition yet",
    },
  ],
  otherIds: { atlas: ["PG108"], migrationPilot: ["MP092", "MP110"] },
  *check(context) {
    const { node, catalog } = context;
    if (!("IndexStmt" in node)) return;
    const { relation, concurrent } = node.IndexStmt;
    const { table, name } = subjectOf(catalog, relation);
    const fix = { title: "Write one file for each partition", edits: [], recipe: "index" };
    if (concurrent === true && table?.kind === "partitioned-table") {
      yield {
        message: `\`${name}\` is partitioned, and PostgreSQL refuses CONCURRENTLY there. ${ADVICE}`,
        relation: name,
        fix,
      };
    }
    yield* reportWork(context, "index-on-partitioned-parent", () => ({ advice: ADVICE, fix }));
  },
});
