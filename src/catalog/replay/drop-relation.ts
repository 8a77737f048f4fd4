/** A relation goes, with all that cannot be without it. */
import type { Node } from "@pgsql/types";
import { walk } from "../../sql/tree.ts";
import type { Catalog, OtherRelation, Relation, Table } from "../catalog.ts";
import {
  indexAt,
  indexesOf,
  isTable,
  referencesTo,
  sequencesOf,
  tableAt,
  viewsOn,
} from "../find.ts";
import type { Replay } from "./context.ts";
import { constraintBehind } from "./indexes.ts";
import { removeConstraint, removeRelation, without } from "./store.ts";

/**
 * Views and foreign keys on it go even without CASCADE: with them the server would have refused, so
 * that something that was not seen has dropped them before.
 */
export function dropRelation(replay: Replay, relation: Relation, cascade: boolean): void {
  const { catalog } = replay;
  if (catalog.relations.get(relation.key) !== relation) return;
  if (relation.kind === "index") {
    dropIndex(replay, relation.key);
    return;
  }
  if (relation.kind === "sequence") {
    removeRelation(catalog, relation);
    if (cascade) dropDefaults(replay, relation);
    return;
  }
  removeRelation(catalog, relation);
  for (const view of viewsOn(catalog, relation.key)) dropRelation(replay, view, true);
  if ("indexes" in relation) {
    for (const key of relation.indexes) catalog.relations.delete(key);
  }
  if ("constraints" in relation) dropTableParts(replay, relation);
}

function dropTableParts(replay: Replay, table: Table): void {
  const { catalog } = replay;
  for (const { table: other, constraint } of referencesTo(catalog, table.key)) {
    removeConstraint(catalog, other, constraint);
  }
  for (const key of [...table.partitions, ...table.children]) {
    const below = tableAt(catalog, key);
    if (below !== undefined) dropRelation(replay, below, true);
  }
  const parent = tableAt(catalog, table.partitionOf?.parent);
  if (parent !== undefined) parent.partitions = without(parent.partitions, table.key);
  for (const key of table.inherits) {
    const above = tableAt(catalog, key);
    if (above !== undefined) above.children = without(above.children, table.key);
  }
  for (const one of sequencesOf(catalog, table)) removeRelation(catalog, one);
}

/** With the indexes of partitions that are a part of it, and the constraint that it backs. */
function dropIndex(replay: Replay, key: Relation["key"]): void {
  const { catalog } = replay;
  const index = indexAt(catalog, key);
  if (index === undefined) return;
  const table = tableAt(catalog, index.table);
  const constraint = constraintBehind(catalog, index);
  removeRelation(catalog, index);
  if (table === undefined) return;
  if (constraint !== undefined) removeConstraint(catalog, table, constraint);
  for (const partition of table.partitions.flatMap((one) => tableAt(catalog, one) ?? [])) {
    for (const own of indexesOf(catalog, partition)) {
      if (own.attachedTo === key) dropIndex(replay, own.key);
    }
  }
}

/** CASCADE of a sequence takes the defaults that call for it. */
function dropDefaults({ catalog }: Replay, sequence: OtherRelation): void {
  const { ownedBy } = sequence;
  for (const relation of catalog.relations.values()) {
    if (!isTable(relation)) continue;
    for (const column of relation.columns) {
      if (column.default === undefined) continue;
      const owns = ownedBy?.table === relation.key && ownedBy.column === column.name;
      // The text of a serial's default does not follow when its sequence moves.
      const calls = column.serial === true ? owns : callsFor(catalog, column.default, sequence);
      if (calls) delete column.default;
    }
  }
}

/** `nextval('s')`, with or without the schema. */
function callsFor(catalog: Catalog, expression: Node, { schema, name }: OtherRelation): boolean {
  let found = false;
  walk(expression, (_type, fields) => {
    const { sval } = fields;
    if (typeof sval !== "string") return;
    found ||= sval === `${schema}.${name}`;
    found ||= sval === name && catalog.searchPath.includes(schema);
  });
  return found;
}
