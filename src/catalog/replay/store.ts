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
  for (const target of targetsOf(relation)) dependOn(catalog, target, relation.key);
}

/** Whoever looks for what points to `target` finds `dependent`. */
export function dependOn(catalog: Catalog, target: RelationKey, dependent: RelationKey): void {
  const known = catalog.dependents.get(target);
  if (known === undefined) catalog.dependents.set(target, new Set([dependent]));
  else known.add(dependent);
}

function targetsOf(relation: Relation): RelationKey[] {
  if (isTable(relation)) {
    const referenced = relation.constraints.flatMap(({ references }) => references?.table ?? []);
    return relation.ofType === undefined ? referenced : [...referenced, relation.ofType];
  }
  if ("uses" in relation) return [...relation.uses.keys()];
  if (relation.kind !== "sequence" || relation.ownedBy === undefined) return [];
  return [relation.ownedBy.table];
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
  if (constraint.references !== undefined) {
    dependOn(catalog, constraint.references.table, table.key);
  }
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
  if (moved.kind === "index") return repointIndex(catalog, before, moved);
  for (const target of targetsOf(moved)) {
    catalog.dependents.get(target)?.delete(before);
    dependOn(catalog, target, key);
  }
  const dependents = catalog.dependents.get(before);
  catalog.dependents.delete(before);
  for (const one of dependents ?? []) {
    // It may point to itself.
    const dependent = one === before ? moved : catalog.relations.get(one);
    if (dependent === undefined) continue;
    dependOn(catalog, key, dependent.key);
    repointDependent(dependent, before, key);
  }
  if ("indexes" in moved) {
    for (const one of moved.indexes) {
      const index = indexAt(catalog, one);
      if (index !== undefined) index.table = key;
    }
  }
  if (!isTable(moved)) return;
  const { partitionOf, partitions, children, inherits } = moved;
  for (const one of [
    ...(partitionOf ? [partitionOf.parent] : []),
    ...partitions,
    ...children,
    ...inherits,
  ]) {
    const relative = catalog.relations.get(one);
    if (relative !== undefined && isTable(relative)) repointRelative(relative, before, key);
  }
}

function repointDependent(dependent: Relation, before: RelationKey, key: RelationKey): void {
  if (isTable(dependent)) {
    if (dependent.ofType === before) dependent.ofType = key;
    for (const { references } of dependent.constraints) {
      if (references?.table === before) references.table = key;
    }
  } else if (dependent.kind === "sequence") {
    if (dependent.ownedBy?.table === before) dependent.ownedBy.table = key;
  } else if ("uses" in dependent) {
    const used = dependent.uses.get(before);
    if (used === undefined) return;
    dependent.uses.delete(before);
    dependent.uses.set(key, used);
  }
}

function repointRelative(table: Table, before: RelationKey, key: RelationKey): void {
  for (const list of [table.partitions, table.children, table.inherits]) {
    exchange(list, before, key);
  }
  if (table.partitionOf?.parent === before) table.partitionOf.parent = key;
}

function repointIndex(catalog: Catalog, before: RelationKey, { key, table }: Index): void {
  const owner = catalog.relations.get(table);
  if (owner === undefined || !("indexes" in owner)) return;
  exchange(owner.indexes, before, key);
  if (!isTable(owner)) return;
  for (const constraint of owner.constraints) {
    if (constraint.index === before) constraint.index = key;
  }
  for (const one of owner.partitions) {
    const partition = catalog.relations.get(one);
    if (partition === undefined || !isTable(partition)) continue;
    for (const child of partition.indexes) {
      const index = indexAt(catalog, child);
      if (index?.attachedTo === before) index.attachedTo = key;
    }
  }
}

function exchange(list: RelationKey[], before: RelationKey, after: RelationKey): void {
  const at = list.indexOf(before);
  if (at >= 0) list[at] = after;
}

export function without<T>(list: readonly T[], gone: T): T[] {
  return list.filter((one) => one !== gone);
}
