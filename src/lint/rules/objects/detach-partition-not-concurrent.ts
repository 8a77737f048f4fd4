import { defaultPartitionOf, nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands, alteredTable } from "../support/alter-commands.ts";
import { inCaseOf, insertAtEnd } from "../support/edits.ts";
import { existing, tableOf } from "../support/existing.ts";

export const detachPartitionNotConcurrent = defineRule({
  id: "detach-partition-not-concurrent",
  kind: "lock",
  severity: "warning",
  phase: "contract",
  summary: "A partition is detached under ACCESS EXCLUSIVE on its parent",
  why: "DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table and on the partition: every query of any partition queues behind it. CONCURRENTLY (since 14) takes SHARE UPDATE EXCLUSIVE on the parent and waits for those who use it.",
  instead:
    "`DETACH PARTITION … CONCURRENTLY`, in a file of its own: it cannot run in a transaction. With a default partition PostgreSQL refuses CONCURRENTLY.",
  bad: [
    {
      history:
        "create table events (day date) partition by range (day);\ncreate table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
      sql: "alter table events detach partition events_2020;",
    },
  ],
  good: [
    {
      history:
        "create table events (day date) partition by range (day);\ncreate table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
      sql: "alter table events detach partition events_2020 concurrently;",
    },
    {
      history:
        "create table events (day date) partition by range (day);\ncreate table events_rest partition of events default;\ncreate table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');",
      sql: "alter table events detach partition events_2020;",
      note: "with a default partition there is no other way",
    },
  ],
  otherIds: {
    squawk: ["require-concurrent-partition-detach"],
    migrationPilot: ["MP046"],
    pgMigrationLint: ["PGM004"],
    postgresLanguageServer: ["requireConcurrentDetachPartition"],
    pgrubic: ["US027"],
  },
  *check(context) {
    const { node, catalog } = context;
    const parent = alteredTable(node, catalog);
    if (parent === undefined) return;
    const table = tableOf(parent);
    if (table !== undefined && defaultPartitionOf(catalog, table) !== undefined) return;
    for (const { def } of alterCommands(node, "AT_DetachPartition")) {
      if (def === undefined || !("PartitionCmd" in def) || def.PartitionCmd.concurrent) continue;
      const child = existing(catalog, nameOf(def.PartitionCmd.name));
      if (child === undefined) continue;
      yield {
        message: `Every query of \`${parent.name}\`, whatever partition it wants, waits (ACCESS EXCLUSIVE). Detach \`${child.name}\` CONCURRENTLY, in a file of its own.`,
        at: def.PartitionCmd.name?.location,
        relation: parent.name,
        fix: {
          title: "Detach it CONCURRENTLY",
          edits: [insertAtEnd(context, inCaseOf(context, " CONCURRENTLY"))],
        },
      };
    }
  },
});
