/** What rules about CREATE INDEX ask. */
import type { IndexElem, IndexStmt } from "@pgsql/types";
import { type Catalog, type Index, keyOf, type Table } from "../../../catalog/catalog.ts";
import { conditionOf } from "../../../catalog/comparisons.ts";
import { indexesOf } from "../../../catalog/find.ts";

/** IF NOT EXISTS finds a relation of that name, and nothing is done. */
export function alreadyThere(
  { if_not_exists, idxname }: IndexStmt,
  table: Table,
  catalog: Catalog,
): boolean {
  if (if_not_exists !== true || idxname === undefined) return false;
  return catalog.relations.has(keyOf(table.schema, idxname));
}

export function namedIndex({ idxname }: IndexStmt): string {
  return idxname === undefined ? "The index" : `\`${idxname}\``;
}

export function indexElements({ indexParams = [] }: IndexStmt): IndexElem[] {
  return indexParams.flatMap((one) => ("IndexElem" in one ? [one.IndexElem] : []));
}

/** An index that finds the rows of given values, as the check of a foreign key looks for them. */
export function findsRowsOf(catalog: Catalog, table: Table, columns: readonly string[]): boolean {
  return indexesOf(catalog, table).some((index) => leads(index, columns));
}

function leads({ columns, valid, predicate }: Index, wanted: readonly string[]): boolean {
  const leading = columns.slice(0, wanted.length);
  if (!valid || !wanted.every((column) => leading.includes(column))) return false;
  if (predicate === undefined) return true;
  const condition = conditionOf(predicate);
  return condition.kind === "not-null" && wanted.includes(condition.column);
}
