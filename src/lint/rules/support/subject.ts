/** The table that a statement other than ALTER TABLE is about. */
import type { RangeVar } from "@pgsql/types";
import { type Catalog, type Table, written } from "../../../catalog/catalog.ts";
import { findTable, isNew, nameOf } from "../../../catalog/find.ts";
import { textOf } from "./existing.ts";

export interface Subject {
  /** Undefined for a table that no file of the history makes. */
  readonly table: Table | undefined;
  /** As people write it. */
  readonly name: string;
  /** Made by the same step: nobody else sees it. */
  readonly isNew: boolean;
}

export function subjectOf(catalog: Catalog, relation: RangeVar | undefined): Subject {
  const name = nameOf(relation);
  const table = findTable(catalog, name);
  return {
    table,
    name: table === undefined ? textOf(name ?? { name: "" }) : written(table),
    isNew: table !== undefined && isNew(catalog, table),
  };
}
