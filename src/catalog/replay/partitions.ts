/** Partitions: what they take over when they are made or attached, and keep when they are detached. */
import type { Node } from "@pgsql/types";
import type { Table } from "../catalog.ts";
import { columnOf, indexAt, indexesOf, withDescendants } from "../find.ts";
import { inheritForeignKey } from "./constraints.ts";
import type { Replay } from "./context.ts";
import { addToPartition } from "./indexes.ts";
import { disinherit, inheritConstraints } from "./inheritance.ts";
import { freeConstraintName } from "./names.ts";
import { addConstraint, without } from "./store.ts";

/** PARTITION OF: the columns are there already. */
export function becomePartition(
  replay: Replay,
  table: Table,
  parent: Table,
  bound: Node | "default",
): void {
  table.partitionOf = { parent: parent.key, bound };
  parent.partitions.push(table.key);
  inheritConstraints(replay, table, parent);
  for (const index of indexesOf(replay.catalog, parent)) addToPartition(replay, table, index);
  for (const constraint of parent.constraints) {
    if (constraint.kind === "foreign-key") inheritForeignKey(replay, table, constraint);
  }
  for (const trigger of parent.triggers) {
    if (trigger.row !== true || table.triggers.some(({ name }) => name === trigger.name)) continue;
    table.triggers.push({ ...trigger, cloned: true });
  }
}

export function attachPartition(
  replay: Replay,
  table: Table,
  parent: Table,
  bound: Node | "default",
): void {
  if (table.partitionOf !== undefined) return;
  if (withDescendants(replay.catalog, table).includes(parent)) return;
  for (const column of parent.columns) {
    const own = columnOf(table, column.name);
    if (own === undefined) continue;
    own.inherited = 1;
    own.local = false;
    // Since 17 a partition has the identity of its parent.
    if (column.identity !== undefined && replay.version >= 17) own.identity = column.identity;
  }
  becomePartition(replay, table, parent, bound);
  for (const constraint of table.constraints) {
    if (constraint.inherited !== undefined) constraint.local = false;
  }
}

export function detachPartition(
  replay: Replay,
  table: Table,
  parent: Table,
  concurrently: boolean,
): void {
  if (table.partitionOf?.parent !== parent.key) return;
  delete table.partitionOf;
  parent.partitions = without(parent.partitions, table.key);
  disinherit(table, parent);
  for (const constraint of table.constraints) {
    const ofParent = indexAt(replay.catalog, constraint.index)?.attachedTo !== undefined;
    if (!ofParent && constraint.kind !== "foreign-key") continue;
    delete constraint.inherited;
    delete constraint.local;
  }
  for (const index of indexesOf(replay.catalog, table)) delete index.attachedTo;
  table.triggers = table.triggers.filter(({ cloned }) => cloned !== true);
  for (const column of table.columns) {
    // Its values came from the sequence of the parent.
    if (columnOf(parent, column.name)?.identity !== undefined) delete column.identity;
  }
  if (concurrently) keepBound(replay, table, parent);
}

/** CONCURRENTLY leaves the bound behind as a check, for a session that still sees the partition. */
function keepBound({ catalog }: Replay, table: Table, parent: Table): void {
  const columns = (parent.partitionKey?.columns ?? []).filter((one) => typeof one === "string");
  const single = columns.length === 1 ? columns[0] : undefined;
  addConstraint(catalog, table, {
    kind: "check",
    name: freeConstraintName(catalog, table.schema, [table.name, single, "check"]),
    valid: true,
    enforced: true,
    columns,
    madeIn: catalog.step,
  });
}
