import { withDescendants } from "../../../catalog/find.ts";
import { blocksWrites } from "../../../locks/lock-mode.ts";
import { defineRule } from "../../rule.ts";
import { alteredTable } from "../support/alter-commands.ts";
import { tableOf } from "../support/existing.ts";

export const partitionedAlterFanOut = defineRule({
  id: "partitioned-alter-fan-out",
  kind: "lock",
  severity: "info",
  summary: "ALTER TABLE of a partitioned table locks all its partitions",
  why: "The lock is taken on each partition, one after the other, and all are held until the commit: one slow query on one partition keeps all the others waiting.",
  instead: "Keep the transaction short, with a lock_timeout, and free of anything else.",
  bad: [
    {
      history:
        "create table events (day date) partition by range (day);\ncreate table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');\ncreate table events_2021 partition of events for values from ('2021-01-01') to ('2022-01-01');",
      sql: "alter table events add column note text;",
    },
  ],
  good: [
    {
      history:
        "create table events (day date) partition by range (day);\ncreate table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');\ncreate table events_2021 partition of events for values from ('2021-01-01') to ('2022-01-01');",
      sql: "alter table events_2020 add constraint fits check (day > '2000-01-01') not valid;",
      note: "one partition",
    },
    {
      history: "create table orders (id bigint);",
      sql: "alter table orders add column note text;",
    },
  ],
  otherIds: { migrationPilot: ["MP110"] },
  *check({ node, catalog, effects }) {
    const target = alteredTable(node, catalog);
    const table = target && tableOf(target);
    if (table?.kind !== "partitioned-table") return;
    const below = new Set(
      withDescendants(catalog, table)
        .filter((one) => one !== table)
        .map(({ key }) => key),
    );
    const locked = effects.locks.filter(
      ({ key, mode, isNew }) => key !== undefined && below.has(key) && !isNew && blocksWrites(mode),
    );
    const [first] = locked;
    if (first === undefined || locked.length < 2) return;
    yield {
      message: `\`${target!.name}\` and its ${locked.length} partitions are locked together (${first.mode}) until the commit. Leave everything else out of this transaction.`,
      relation: target!.name,
    };
  },
});
