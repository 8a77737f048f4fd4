/**
 * Putting relations and constraints into the catalog and taking them out, with what points to them.
 * Every change of a key or of a list of constraints goes through here.
 */
import {
  type Catalog,
  type Constraint,
  type Index,
  keyOf,
  type Relation,
  type RelationKey,
  type Table,
} from "../catalog.ts";
import { indexAt, isTable } from "../find.ts";

export function addRelation(catalog: Catalog, relation: Relation): void {
  catalog.relations.set(relation.key, relation);
  if (relation.kind === "index") ownerOf(catalog, relation)?.indexes.push(relation.key);
}

/** The relation alone; what depends on it is up to drop.ts. */
export function removeRelation(catalog: Catalog, relation: Relation): void {
  catalog.relations.delete(relation.key);
  if (relation.kind === "index") {
    const owner = ownerOf(catalog, relation);
    if (owner !== undefined) owner.indexes = without(owner.indexes, relation.key);
  }
  if (!isTable(relation)) return;
  for (const { name } of relation.constraints) countName(catalog, relation.schema, name, -1);
}

/** The table or materialized view of an index. */
function ownerOf(catalog: Catalog, index: Index): { indexes: RelationKey[] } | undefined {
  const owner = catalog.relations.get(index.table);
  return owner !== undefined && "indexes" in owner ? owner : undefined;
}

export function addConstraint(catalog: Catalog, table: Table, constraint: Constraint): void {
  table.constraints.push(constraint);
  countName(catalog, table.schema, constraint.name, 1);
}

/** With the index that it has. */
export function removeConstraint(catalog: Catalog, table: Table, constraint: Constraint): void {
  if (!table.constraints.includes(constraint)) return;
  table.constraints = without(table.constraints, constraint);
  countName(catalog, table.schema, constraint.name, -1);
  const index = indexAt(catalog, constraint.index);
  if (index !== undefined) removeRelation(catalog, index);
}

export function renameConstraint(
  catalog: Catalog,
  table: Table,
  constraint: Constraint,
  name: string,
): void {
  countName(catalog, table.schema, constraint.name, -1);
  constraint.name = name;
  countName(catalog, table.schema, name, 1);
}

export function countName(catalog: Catalog, schema: string, name: string, by: 1 | -1): void {
  const key = keyOf(schema, name);
  const count = (catalog.constraintNames.get(key) ?? 0) + by;
  if (count > 0) catalog.constraintNames.set(key, count);
  else catalog.constraintNames.delete(key);
}

/** A relation gets another name or schema, and everything that points to it follows. */
export function moveRelation(
  catalog: Catalog,
  relation: Relation,
  to: { readonly schema?: string; readonly name?: string },
): void {
  const { key: before, schema: schemaBefore } = relation;
  const { schema = relation.schema, name = relation.name } = to;
  const key = keyOf(schema, name);
  if (key === before || catalog.relations.has(key)) return;
  if (isTable(relation) && schema !== schemaBefore) {
    for (const constraint of relation.constraints) {
      countName(catalog, schemaBefore, constraint.name, -1);
      countName(catalog, schema, constraint.name, 1);
    }
  }
  catalog.relations.delete(before);
  Object.assign(relation, { key, schema, name });
  catalog.relations.set(key, relation);
  repoint(catalog, before, relation);
}

function repoint(catalog: Catalog, before: RelationKey, moved: Relation): void {
  const { key } = moved;
  const renewed = (one: RelationKey): RelationKey => (one === before ? key : one);
  for (const relation of catalog.relations.values()) {
    if (isTable(relation)) repointTable(relation, renewed);
    else if (relation.kind === "index") {
      relation.table = renewed(relation.table);
      if (relation.attachedTo === before) relation.attachedTo = key;
    } else if (relation.kind === "sequence") {
      if (relation.ownedBy?.table === before) relation.ownedBy.table = key;
    } else if ("uses" in relation) {
      relation.indexes = relation.indexes.map(renewed);
      const used = relation.uses.get(before);
      if (used !== undefined) {
        relation.uses.delete(before);
        relation.uses.set(key, used);
      }
    }
  }
}

function repointTable(table: Table, renewed: (key: RelationKey) => RelationKey): void {
  table.indexes = table.indexes.map(renewed);
  table.partitions = table.partitions.map(renewed);
  table.children = table.children.map(renewed);
  table.inherits = table.inherits.map(renewed);
  if (table.ofType !== undefined) table.ofType = renewed(table.ofType);
  if (table.partitionOf !== undefined) {
    table.partitionOf.parent = renewed(table.partitionOf.parent);
  }
  for (const constraint of table.constraints) {
    if (constraint.references !== undefined) {
      constraint.references.table = renewed(constraint.references.table);
    }
    if (constraint.index !== undefined) constraint.index = renewed(constraint.index);
  }
}

export function without<T>(list: readonly T[], gone: T): T[] {
  return list.filter((one) => one !== gone);
}
