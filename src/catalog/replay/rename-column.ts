/** A column gets another name, and everything that names it follows. */
import type { Relation, Table, View } from "../catalog.ts";
import { withColumnRenamed } from "../columns-in.ts";
import {
  columnOf,
  indexesOf,
  isTable,
  referencesTo,
  sequencesOf,
  tableAt,
  viewsOn,
  withDescendants,
} from "../find.ts";
import { tablesOf } from "./composite.ts";
import type { Replay } from "./context.ts";

export function renameColumn(replay: Replay, relation: Relation, from: string, to: string): void {
  if (isTable(relation)) {
    if (mayBeRenamed(replay, relation, from)) renameInTable(replay, relation, from, to);
  } else if ("uses" in relation) renameInView(replay, relation, from, to);
  else if ("attributes" in relation) {
    for (const attribute of relation.attributes ?? []) {
      if (attribute.name === from) attribute.name = to;
    }
    if (relation.kind !== "composite-type") return;
    for (const table of tablesOf(replay, relation)) renameInTable(replay, table, from, to);
  }
}

/** A column that comes from above, or in a child from another parent as well, keeps its name. */
function mayBeRenamed({ catalog }: Replay, table: Table, name: string): boolean {
  if (columnOf(table, name)?.inherited !== undefined) return false;
  const tree = withDescendants(catalog, table);
  return tree.every((one) => {
    const parents = tree.filter(
      ({ key }) => one.partitionOf?.parent === key || one.inherits.includes(key),
    );
    return (columnOf(one, name)?.inherited ?? 0) <= parents.length;
  });
}

function renameInTable(replay: Replay, table: Table, from: string, to: string): void {
  const { catalog } = replay;
  const column = columnOf(table, from);
  if (column === undefined || columnOf(table, to) !== undefined) return;
  const renamed = (name: string): string => (name === from ? to : name);
  column.name = to;
  for (const one of table.columns) {
    if (one.generatedFrom !== undefined) {
      one.generatedFrom = withColumnRenamed(one.generatedFrom, from, to);
    }
  }
  for (const constraint of table.constraints) {
    constraint.columns = constraint.columns.map(renamed);
    if (constraint.expression !== undefined) {
      constraint.expression = withColumnRenamed(constraint.expression, from, to);
    }
  }
  for (const index of indexesOf(catalog, table)) {
    index.columns = index.columns.map((one) =>
      typeof one === "string" ? renamed(one) : withColumnRenamed(one, from, to),
    );
    index.alsoUses = index.alsoUses.map(renamed);
    index.include = index.include.map(renamed);
    if (index.predicate !== undefined) {
      index.predicate = withColumnRenamed(index.predicate, from, to);
    }
  }
  if (table.partitionKey !== undefined) {
    table.partitionKey.columns = table.partitionKey.columns.map((one) =>
      typeof one === "string" ? renamed(one) : withColumnRenamed(one, from, to),
    );
  }
  for (const { constraint } of referencesTo(catalog, table.key)) {
    if (constraint.references !== undefined) {
      constraint.references.columns = constraint.references.columns.map(renamed);
    }
  }
  for (const { ownedBy } of sequencesOf(catalog, table, from)) {
    if (ownedBy !== undefined) ownedBy.column = to;
  }
  renameInUses(replay, table, from, to);
  for (const key of [...table.partitions, ...table.children]) {
    const below = tableAt(catalog, key);
    if (below !== undefined) renameInTable(replay, below, from, to);
  }
}

function renameInView(replay: Replay, view: View, from: string, to: string): void {
  const column = view.columns.find((one) => one.name === from);
  if (column !== undefined) column.name = to;
  renameInUses(replay, view, from, to);
  for (const index of view.indexes) {
    const found = replay.catalog.relations.get(index);
    if (found?.kind !== "index") continue;
    found.columns = found.columns.map((one) => (one === from ? to : one));
  }
}

function renameInUses({ catalog }: Replay, relation: Relation, from: string, to: string): void {
  for (const view of viewsOn(catalog, relation.key, from)) {
    const used = view.uses.get(relation.key);
    if (used === undefined || used === "all") continue;
    used.delete(from);
    used.add(to);
  }
}
