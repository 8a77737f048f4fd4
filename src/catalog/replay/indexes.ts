/** CREATE INDEX, the indexes of constraints, and how both go down to partitions. */
import type { IndexStmt } from "@pgsql/types";
import {
  type Catalog,
  type Constraint,
  type Index,
  keyOf,
  type RelationKey,
  type Table,
  type View,
} from "../catalog.ts";
import { findRelation, indexAt, indexesOf, isTable, nameOf, tableAt } from "../find.ts";
import type { Replay } from "./context.ts";
import { figuredName } from "./figure-name.ts";
import { type IndexShape, sameShape, shapeOfIndex, shapeOfStatement } from "./index-shape.ts";
import { distinctNames, freeRelationName, joinedColumns } from "./names.ts";
import { addConstraint, addRelation } from "./store.ts";

/** What the server's names of indexes end with. */
export type IndexLabel = "idx" | "key" | "pkey" | "excl";

export function createIndex(replay: Replay, statement: IndexStmt): void {
  const { catalog } = replay;
  const relation = findRelation(catalog, nameOf(statement.relation));
  if (relation === undefined) return;
  if (!isTable(relation) && relation.kind !== "materialized-view") return;
  const { idxname } = statement;
  if (idxname !== undefined && catalog.relations.has(keyOf(relation.schema, idxname))) return;
  const index = addIndex(replay, relation, shapeOfStatement(statement), "idx", idxname);
  if (relation.kind !== "partitioned-table" || relation.partitions.length === 0) return;
  // ONLY; the tree leaves out what is false.
  if (statement.relation?.inh === true) addToPartitions(replay, relation, index);
  else index.valid = false;
}

export function addIndex(
  { catalog }: Replay,
  owner: Table | View,
  shape: IndexShape,
  label: IndexLabel,
  given?: string,
): Index {
  const { schema } = owner;
  const name = given ?? indexName(catalog, owner, shape, label);
  const index: Index = {
    kind: "index",
    key: keyOf(schema, name),
    schema,
    name,
    madeIn: catalog.step,
    table: owner.key,
    ...shape,
    valid: true,
  };
  addRelation(catalog, index);
  return index;
}

function indexName(
  catalog: Catalog,
  owner: Table | View,
  shape: IndexShape,
  label: IndexLabel,
): string {
  if (label === "pkey") {
    return freeRelationName(catalog, owner.schema, [owner.name, undefined, label], true);
  }
  const names = [...shape.columns, ...shape.include].map((column) =>
    typeof column === "string" ? column : (figuredName(column) ?? "expr"),
  );
  const columns = joinedColumns(distinctNames(names));
  return freeRelationName(catalog, owner.schema, [owner.name, columns, label], label !== "idx");
}

/** Each partition attaches an index of its own that fits, or gets one. */
export function addToPartitions(replay: Replay, parent: Table, index: Index): void {
  for (const key of parent.partitions) {
    const partition = tableAt(replay.catalog, key);
    if (partition !== undefined) addToPartition(replay, partition, index);
  }
}

export function addToPartition(replay: Replay, partition: Table, index: Index): void {
  const { catalog } = replay;
  const parentConstraint = constraintBehind(catalog, index);
  const fitting = indexesOf(catalog, partition).find(
    (own) =>
      own.attachedTo === undefined &&
      sameShape(own, index) &&
      (parentConstraint === undefined ||
        constraintBehind(catalog, own)?.kind === parentConstraint.kind),
  );
  if (fitting !== undefined) return attach(replay, fitting, index);
  const child = addIndex(replay, partition, shapeOfIndex(index), labelOf(parentConstraint));
  child.attachedTo = index.key;
  if (parentConstraint !== undefined) {
    child.constraint = child.name;
    addConstraint(catalog, partition, {
      ...parentConstraint,
      columns: [...parentConstraint.columns],
      name: child.name,
      index: child.key,
      inherited: 1,
      local: false,
      madeIn: catalog.step,
    });
  }
  if (partition.kind === "partitioned-table") addToPartitions(replay, partition, child);
}

export function labelOf(constraint: Constraint | undefined): IndexLabel {
  if (constraint === undefined) return "idx";
  if (constraint.kind === "primary-key") return "pkey";
  return constraint.kind === "exclusion" ? "excl" : "key";
}

/** An index becomes a part of the index of the parent. */
export function attach(replay: Replay, child: Index, parent: Index): void {
  const { catalog } = replay;
  child.attachedTo = parent.key;
  const constraint = constraintBehind(catalog, child);
  if (constraint !== undefined && parent.constraint !== undefined) constraint.inherited = 1;
  validate(catalog, parent);
}

/** Made ON ONLY, an index is valid once that of the last partition is attached. */
function validate(catalog: Catalog, parent: Index): void {
  const table = tableAt(catalog, parent.table);
  if (parent.valid || table === undefined) return;
  const complete = table.partitions.every((key) => attachedIn(catalog, key, parent.key));
  if (!complete) return;
  parent.valid = true;
  const above = indexAt(catalog, parent.attachedTo);
  if (above !== undefined) validate(catalog, above);
}

function attachedIn(catalog: Catalog, partition: RelationKey, parent: RelationKey): boolean {
  const table = tableAt(catalog, partition);
  if (table === undefined) return true;
  return indexesOf(catalog, table).some((one) => one.attachedTo === parent && one.valid);
}

export function constraintBehind(catalog: Catalog, index: Index): Constraint | undefined {
  if (index.constraint === undefined) return undefined;
  return tableAt(catalog, index.table)?.constraints.find((one) => one.index === index.key);
}
