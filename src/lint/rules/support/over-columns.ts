/** Constraints and indexes that a column is part of, together with others. */
import type { Catalog, ConstraintKind, Index, Table } from "../../../catalog/catalog.ts";
import { indexesOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { droppedColumns } from "./dropped-column.ts";

export interface Gone {
  /** The dropped column. */
  readonly name: string;
  readonly relation: string;
  readonly gone: readonly string[];
}

/** Dropped columns of tables in use, with what `find` says goes along. */
export function* goneWith(
  context: StatementContext,
  find: (table: Table, column: string) => string[],
): Generator<Gone> {
  for (const { name, table, relation, isNew } of droppedColumns(context)) {
    if (table === undefined || isNew) continue;
    const gone = find(table, name);
    if (gone.length > 0) yield { name, relation, gone };
  }
}

/** Names of constraints of this kind over the column and at least `least` columns in all. */
export function constraintsOver(
  table: Table,
  column: string,
  kind: ConstraintKind,
  least: number,
): string[] {
  return table.constraints
    .filter(
      (one) => one.kind === kind && one.columns.includes(column) && one.columns.length >= least,
    )
    .map(({ name }) => name);
}

/** Names of unique constraints and unique indexes over the column and others. */
export function uniqueOver(catalog: Catalog, table: Table, column: string): string[] {
  const plain = several(catalog, table, column).filter((one) => one.unique);
  return [...constraintsOver(table, column, "unique", 2), ...plain.map(({ name }) => name)];
}

/** Names of plain indexes over the column and others. */
export function indexesOver(catalog: Catalog, table: Table, column: string): string[] {
  return several(catalog, table, column)
    .filter((one) => !one.unique)
    .map(({ name }) => name);
}

function several(catalog: Catalog, table: Table, column: string): Index[] {
  return indexesOf(catalog, table).filter((index) => {
    const { columns, alsoUses, include, constraint } = index;
    if (constraint !== undefined) return false;
    const all = new Set<unknown>([...columns, ...alsoUses, ...include]);
    return all.has(column) && all.size > 1;
  });
}
