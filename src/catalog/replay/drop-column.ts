/** What goes with a column or a constraint. */
import type { Constraint, Table } from "../catalog.ts";
import { columnsIn } from "../columns-in.ts";
import { columnOf, indexesOf, referencesTo, sequencesOf, tableAt, viewsOn } from "../find.ts";
import type { Replay } from "./context.ts";
import { dropRelation } from "./drop-relation.ts";
import { indexUses } from "./index-shape.ts";
import { removeConstraint, removeRelation, without } from "./store.ts";

export interface DropOptions {
  readonly cascade: boolean;
  /** ONLY: what is below keeps it as its own. */
  readonly only?: boolean;
}

export function dropColumn(replay: Replay, table: Table, name: string, options: DropOptions): void {
  const { catalog } = replay;
  const column = columnOf(table, name);
  if (column === undefined) return;
  table.columns = without(table.columns, column);
  for (const constraint of table.constraints.filter((one) => one.columns.includes(name))) {
    dropConstraint(replay, table, constraint, options.cascade);
  }
  for (const index of indexesOf(catalog, table)) {
    if (indexUses(index, name)) dropRelation(replay, index, true);
  }
  for (const { table: other, constraint } of referencesTo(catalog, table.key)) {
    if (constraint.references?.columns.includes(name)) {
      dropConstraint(replay, other, constraint, true);
    }
  }
  dropSequencesOf(replay, table, name);
  // Without CASCADE the server has made sure that nothing else depends on it.
  if (options.cascade) {
    for (const view of viewsOn(catalog, table.key, name)) dropRelation(replay, view, true);
    for (const other of table.columns) {
      if (other.generatedFrom === undefined || !columnsIn(other.generatedFrom).includes(name)) {
        continue;
      }
      dropColumn(replay, table, other.name, options);
    }
  }
  for (const key of [...table.partitions, ...table.children]) {
    const below = tableAt(catalog, key);
    const inherited = columnOf(below, name);
    if (below === undefined || inherited === undefined) continue;
    const parents = (inherited.inherited ?? 0) - 1;
    const goes = parents <= 0 && inherited.local === false && options.only !== true;
    if (goes) dropColumn(replay, below, name, options);
    else if (parents > 0) inherited.inherited = parents;
    else {
      delete inherited.inherited;
      delete inherited.local;
    }
  }
}

export function dropSequencesOf(
  { catalog }: Replay,
  table: Table,
  column: string | undefined,
): void {
  for (const one of sequencesOf(catalog, table, column)) removeRelation(catalog, one);
}

/** With its index, and with CASCADE the foreign keys that need it. */
export function dropConstraint(
  replay: Replay,
  table: Table,
  constraint: Constraint,
  cascade: boolean,
): void {
  const { catalog } = replay;
  if (!table.constraints.includes(constraint)) return;
  const index = constraint.index;
  removeConstraint(catalog, table, constraint);
  if (index !== undefined) dropAttached(replay, table, index);
  if (constraint.kind === "foreign-key") dropCopies(replay, table, constraint);
  if (constraint.kind === "not-null") {
    const column = columnOf(table, constraint.columns[0]);
    if (column !== undefined) column.notNull = false;
  }
  if (!cascade || index === undefined) return;
  const key = constraint.columns.toSorted().join("\0");
  for (const { table: other, constraint: reference } of referencesTo(catalog, table.key)) {
    if (reference.references?.columns.toSorted().join("\0") !== key) continue;
    dropConstraint(replay, other, reference, true);
  }
}

/** The partitions' indexes that were a part of it. */
export function dropAttached(replay: Replay, table: Table, index: string): void {
  for (const key of table.partitions) {
    const partition = tableAt(replay.catalog, key);
    if (partition === undefined) continue;
    for (const own of indexesOf(replay.catalog, partition)) {
      if (own.attachedTo === index) dropRelation(replay, own, true);
    }
  }
}

/** The foreign keys of partitions that came from it. */
function dropCopies(replay: Replay, table: Table, constraint: Constraint): void {
  for (const key of table.partitions) {
    const partition = tableAt(replay.catalog, key);
    const copy = partition?.constraints.find(
      (one) =>
        one.kind === "foreign-key" &&
        one.inherited !== undefined &&
        one.references?.table === constraint.references?.table &&
        one.columns.join("\0") === constraint.columns.join("\0"),
    );
    if (partition !== undefined && copy !== undefined) {
      dropConstraint(replay, partition, copy, true);
    }
  }
}
