/** The long work of giving a partitioned table one more partition. */
import type { Node, PartitionBoundSpec, PartitionCmd } from "@pgsql/types";
import type { Catalog, Index, Relation, Table } from "../../catalog/catalog.ts";
import { written } from "../../catalog/catalog.ts";
import { expressionEquals } from "../../catalog/columns-in.ts";
import {
  defaultPartitionOf,
  findTable,
  indexesOf,
  isNew,
  isTable,
  nameOf,
  tableAt,
  withDescendants,
} from "../../catalog/find.ts";
import { excludesBound, knowsAll, provesBound } from "../../catalog/proofs.ts";
import { relationsIn } from "../../locks/relation-name.ts";
import type { Part } from "./part.ts";
import type { EffectState } from "./state.ts";
import type { Target } from "./target.ts";

export function attachParts(def: Node | undefined, { table: parent, state }: Target): Part[] {
  if (def === undefined || !("PartitionCmd" in def)) return [];
  const cmd: PartitionCmd = def.PartitionCmd;
  const named = relationsIn(cmd.name)[0];
  if (named === undefined) return [];
  const child = findTable(state.catalog, nameOf(cmd.name));
  const location = cmd.name?.location;
  const bound = boundOf(cmd.bound);
  const on = child ?? named;
  const parts: Part[] = [];
  if (child === undefined || parent === undefined || !fits(child, parent, bound, state.catalog)) {
    parts.push({
      case: "alter-table/attach-partition:scan",
      cause: "attach-partition-no-check",
      on,
      reason: "no validated CHECK proves that its rows fit the bound",
      location,
      certain: child !== undefined && parent !== undefined,
    });
  }
  if (parent === undefined) return parts;
  parts.push(...defaultParts(parent, bound, state, location));
  if (child === undefined) return parts;
  const missing = missingIndexes(parent, child, state.catalog);
  if (missing.length > 0) {
    parts.push({
      case: "alter-table/attach-partition:missing-index",
      cause: "attach-builds-missing-indexes",
      on: child,
      reason: `it has no index like ${missing.map((name) => `\`${name}\``).join(", ")}`,
      location,
    });
  }
  const unchecked = parent.constraints.find(
    (one) =>
      one.kind === "foreign-key" &&
      one.enforced &&
      !child.constraints.some(
        (own) =>
          own.kind === "foreign-key" &&
          own.valid &&
          own.references?.table === one.references?.table &&
          own.columns.join() === one.columns.join(),
      ),
  );
  if (unchecked !== undefined) {
    parts.push({
      case: "alter-table/attach-partition:foreign-key",
      cause: "attach-validates-foreign-key",
      on: child,
      reason: `it has no foreign key like \`${unchecked.name}\`, which is then made and validated`,
      location,
    });
  }
  return parts;
}

/** CREATE TABLE … PARTITION OF: the new one is empty, and the default partition is not. */
export function createPartitionParts(
  parentName: Parameters<typeof nameOf>[0],
  bound: PartitionBoundSpec | undefined,
  state: EffectState,
): Part[] {
  const parent = findTable(state.catalog, nameOf(parentName));
  if (parent === undefined) return [];
  return defaultParts(parent, boundOf(bound), state, bound?.location);
}

function defaultParts(
  parent: Table,
  bound: Node | "default",
  { catalog }: EffectState,
  location: number | undefined,
): Part[] {
  const fallback = defaultPartitionOf(catalog, parent);
  if (fallback === undefined || bound === "default") return [];
  return withDescendants(catalog, fallback)
    .filter((leaf) => leaf.kind === "table" && !excludesBound(leaf, parent, bound))
    .slice(0, 1)
    .map((leaf) => ({
      case: "create-table/partition-of:default-scan",
      cause: "attach-partition-scans-default",
      on: leaf,
      reason: `rows of the default partition \`${written(fallback)}\` might belong to the new one`,
      location,
    }));
}

/** Every table with rows below the child must fit, and the bounds of every level above hold, too. */
function fits(child: Table, parent: Table, bound: Node | "default", catalog: Catalog): boolean {
  const leaves = withDescendants(catalog, child).filter(({ kind }) => kind === "table");
  return leaves.every((leaf) => leafFits(leaf, parent, bound, catalog));
}

function leafFits(leaf: Table, parent: Table, bound: Node | "default", catalog: Catalog): boolean {
  if (bound === "default") {
    // The bound of a default partition is "none of the others".
    const others = parent.partitions.map((key) => tableAt(catalog, key)?.partitionOf?.bound);
    const excluded = others.every(
      (other) => other !== undefined && other !== "default" && excludesBound(leaf, parent, other),
    );
    if (!excluded) return false;
  } else if (!provesBound(leaf, parent, bound)) return false;
  const above = parent.partitionOf;
  const grandparent = tableAt(catalog, above?.parent);
  if (above === undefined || grandparent === undefined) return true;
  return leafFits(leaf, grandparent, above.bound, catalog);
}

function boundOf(bound: PartitionBoundSpec | undefined): Node | "default" {
  return bound === undefined || bound.is_default === true
    ? "default"
    : { PartitionBoundSpec: bound };
}

function missingIndexes(parent: Table, child: Table, catalog: Catalog): string[] {
  const free = indexesOf(catalog, child).filter((index) => index.valid);
  const missing: string[] = [];
  for (const wanted of indexesOf(catalog, parent)) {
    const at = free.findIndex((index) => sameDefinition(wanted, index));
    if (at === -1) missing.push(wanted.name);
    else free.splice(at, 1);
  }
  return missing;
}

function sameDefinition(left: Index, right: Index): boolean {
  return (
    left.unique === right.unique &&
    // The index of a constraint fits only one of the same kind of constraint.
    (left.constraint === undefined || right.constraint !== undefined) &&
    left.method === right.method &&
    left.nullsNotDistinct === right.nullsNotDistinct &&
    expressionEquals(partsOf(left), partsOf(right))
  );
}

function partsOf({ columns, include, predicate, operatorClasses }: Index): unknown {
  return [columns, include, predicate, operatorClasses];
}

/** A partitioned table keeps its rows in its partitions; none known may mean none yet. */
export function hasRows(table: Table, catalog: Catalog): boolean {
  if (table.kind === "foreign-table") return false;
  if (table.kind !== "partitioned-table") return true;
  if (table.partitions.length === 0) return !knowsAll(catalog);
  return withDescendants(catalog, table).some(({ kind }) => kind === "table");
}

/** Somebody else may have it open: it was there before the step, and holds rows. */
export function isInUse(relation: Relation | undefined, catalog: Catalog): boolean {
  if (relation === undefined) return true;
  if (isNew(catalog, relation)) return false;
  return !isTable(relation) || (relation.persistence !== "temporary" && hasRows(relation, catalog));
}

/** A new table that nobody has filled yet makes no work, whatever is done to it. */
export function mayHaveRows(relation: Relation | undefined, catalog: Catalog): boolean {
  if (relation === undefined || !isTable(relation)) return true;
  return relation.filled || (!isNew(catalog, relation) && hasRows(relation, catalog));
}
