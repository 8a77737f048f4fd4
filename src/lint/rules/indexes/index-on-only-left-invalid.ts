import { written } from "../../../catalog/catalog.ts";
import { findTable, indexesOf, nameOf, tableAt } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { listOf } from "../support/existing.ts";
import { isLastFile, releaseStatements } from "../support/release.ts";

export const indexOnOnlyLeftInvalid = defineRule({
  id: "index-on-only-left-invalid",
  kind: "bug",
  severity: "warning",
  phase: "expand",
  summary: "An index ON ONLY a partitioned table is left without those of its partitions",
  why: "CREATE INDEX … ON ONLY makes an index that stays invalid until an index of each partition is attached to it. Until then no foreign key can refer to it, a UNIQUE guards nothing in the partitions that have none, and new partitions alone get one.",
  instead:
    "Build the index CONCURRENTLY on every partition and `ALTER INDEX … ATTACH PARTITION` each, in the same release.",
  bad: [
    {
      history:
        "create table events (id bigint, at date) partition by range (at);\ncreate table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');",
      sql: "create index events_id_idx on only events (id);",
    },
    {
      history:
        "create table events (id bigint, at date) partition by range (at);\ncreate table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');\ncreate table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');",
      sql: "-- lockstep:transaction statement\ncreate index events_id_idx on only events (id);\ncreate index concurrently events_1_id_idx on events_1 (id);\nalter index events_id_idx attach partition events_1_id_idx;",
      note: "one partition is missing",
    },
  ],
  good: [
    {
      history:
        "create table events (id bigint, at date) partition by range (at);\ncreate table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');",
      sql: "-- lockstep:transaction statement\ncreate index events_id_idx on only events (id);\ncreate index concurrently events_1_id_idx on events_1 (id);\nalter index events_id_idx attach partition events_1_id_idx;",
    },
  ],
  *checkFile(file) {
    if (!isLastFile(file)) return;
    const { catalog } = file;
    for (const context of releaseStatements(file)) {
      const { node, step } = context;
      if (!("IndexStmt" in node)) continue;
      const { relation, idxname } = node.IndexStmt;
      const table = findTable(catalog, nameOf(relation));
      if (table?.kind !== "partitioned-table" || relation?.inh === true) continue;
      const index = indexesOf(catalog, table).find(
        ({ name, madeIn, valid }) =>
          !valid && madeIn === step && (idxname === undefined || name === idxname),
      );
      if (index === undefined) continue;
      const missing = table.partitions.flatMap((key) => {
        const partition = tableAt(catalog, key);
        if (partition === undefined) return [];
        const has = indexesOf(catalog, partition).some(
          ({ attachedTo, valid }) => attachedTo === index.key && valid,
        );
        return has ? [] : [written(partition)];
      });
      yield {
        message: `\`${index.name}\` stays invalid: no index of ${listOf(missing)} is attached to it. Build it CONCURRENTLY on each partition, then ALTER INDEX … ATTACH PARTITION.`,
        relation: written(table),
        of: context,
      };
    }
  },
});
