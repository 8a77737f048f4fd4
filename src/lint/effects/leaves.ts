/** Partitions that have already what their parent is given: then nothing is done on them. */
import type { Constraint as ConstraintNode, Node } from "@pgsql/types";
import { type Catalog, type Index, type Table } from "../../catalog/catalog.ts";
import { expressionEquals } from "../../catalog/columns-in.ts";
import { indexesOf, withDescendants } from "../../catalog/find.ts";
import { stringList } from "../../sql/tree.ts";
import { knowsAll } from "../../catalog/proofs.ts";
import type { Target } from "./target.ts";

/**
 * The tables with rows on which the work has to be done. For a plain table that is itself, whatever
 * it has: an existing constraint of its own would be an error.
 */
export function leavesWithout(
  { table, state }: Pick<Target, "table" | "state">,
  has: (leaf: Table) => boolean,
): readonly (Table | undefined)[] {
  if (table?.kind !== "partitioned-table") return [table];
  const leaves = withDescendants(state.catalog, table).filter(({ kind }) => kind === "table");
  if (leaves.length === 0) return knowsAll(state.catalog) ? [] : [undefined];
  return leaves.filter((leaf) => !has(leaf));
}

/** The same name and the same expression: the two become one. */
export function hasCheck(leaf: Table, { conname, raw_expr }: ConstraintNode): boolean {
  return leaf.constraints.some(
    (one) =>
      one.kind === "check" &&
      one.valid &&
      one.name === conname &&
      expressionEquals(one.expression, raw_expr),
  );
}

export function hasUniqueIndex(
  leaf: Table,
  constraint: ConstraintNode,
  { state }: Pick<Target, "state">,
): boolean {
  const columns = stringList(constraint.keys);
  return indexesOf(state.catalog, leaf).some(
    (index) =>
      index.unique &&
      index.valid &&
      index.attachedTo === undefined &&
      index.predicate === undefined &&
      expressionEquals(index.columns, columns),
  );
}

/** An index that PostgreSQL takes for one of the parent's, instead of building another. */
export function hasIndexLike(
  leaf: Table,
  wanted: Pick<Index, "columns" | "unique" | "method"> & { readonly predicate?: Node },
  catalog: Catalog,
): boolean {
  return indexesOf(catalog, leaf).some(
    (index) =>
      index.valid &&
      index.attachedTo === undefined &&
      index.unique === wanted.unique &&
      index.method === wanted.method &&
      expressionEquals(index.columns, wanted.columns) &&
      expressionEquals(index.predicate, wanted.predicate),
  );
}
