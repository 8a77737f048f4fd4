/**
 * Partitions. `event` has the partitions event_old and event_default, `event_new` waits to be
 * attached; `log` has no default partition, which DETACH CONCURRENTLY asks for.
 */
import type { CatalogueEntry } from "../catalogue.ts";
import { ATTACH_SHAPES } from "./attach.ts";

const AROUND_EVENT = {
  parent: "event",
  partition: "event_new",
  "default-partition": "event_default",
  referenced: "org",
  referencing: "visit",
} as const;

const WITH_FOREIGN_KEYS = [
  "alter table event add primary key (id, at), add foreign key (id) references org",
  "create table visit (id bigint, at integer, foreign key (id, at) references event)",
];

export const PARTITION_SHAPES: readonly CatalogueEntry[] = [
  {
    id: "alter-table/attach-partition",
    setup: WITH_FOREIGN_KEYS,
    statement: "alter table event attach partition event_new for values from (100) to (200)",
    targets: AROUND_EVENT,
  },
  {
    id: "alter-table/detach-partition",
    setup: WITH_FOREIGN_KEYS,
    statement: "alter table event detach partition event_old",
    targets: { ...AROUND_EVENT, partition: "event_old" },
  },
  {
    id: "alter-table/detach-partition-concurrently",
    statement: "alter table log detach partition log_old concurrently",
    targets: { parent: "log", partition: "log_old" },
    // The first holder stops it in its first transaction. The second reads the partition directly,
    // for which only the second transaction waits: that is the lock that readers feel.
    behind: ["lock table log in row exclusive mode", "lock table log_old in access share mode"],
  },
  {
    id: "create-table/partition-of",
    setup: WITH_FOREIGN_KEYS,
    statement: "create table event_next partition of event for values from (200) to (300)",
    targets: AROUND_EVENT,
  },
  ...ATTACH_SHAPES,
  partitioned("create-index", "create index on event (id)"),
  {
    id: "create-index-only",
    statement: "create index on only event (id)",
    targets: { target: "event" },
  },
  {
    ...partitioned("alter-table/enable-trigger", "alter table event enable trigger all"),
    setup: ["create trigger t after insert on event for each row execute function touch()"],
  },
  {
    ...partitioned("alter-table/disable-trigger", "alter table event disable trigger all"),
    setup: ["create trigger t after insert on event for each row execute function touch()"],
  },
  {
    id: "drop-index",
    case: "partitioned",
    setup: ["create index event_idx on event (id)"],
    statement: "drop index event_idx",
    targets: {
      index: "event_idx",
      "table-of-index": "event",
      child: "event_old",
      "default-partition": "event_default",
    },
  },
  partitioned("truncate", "truncate event"),
  partitioned("drop-table", "drop table event"),
  partitioned(
    "create-trigger",
    ["create trigger touched after insert on event", "for each row execute function touch()"].join(
      " ",
    ),
    "table-of-trigger",
  ),
  {
    id: "drop-table",
    statement: "drop table event_old",
    targets: { target: "event_old", parent: "event", "default-partition": "event_default" },
  },
];

/** A statement on the parent that also reaches its partitions. */
function partitioned(
  id: string,
  statement: string,
  role: "target" | "table-of-trigger" = "target",
): CatalogueEntry {
  return {
    id,
    case: "partitioned",
    statement,
    targets: { [role]: "event", child: "event_old", "default-partition": "event_default" },
  };
}
