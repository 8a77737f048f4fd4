/** Partition keys, and the unique keys that have to contain them. */
import type { Constraint, CreateStmt, PartitionSpec } from "@pgsql/types";
import { stringList } from "../../../sql/tree.ts";

/** Columns of the key; undefined when it has an expression, with which no unique key goes. */
export function keyColumns(spec: PartitionSpec | undefined): string[] | undefined {
  const columns = (spec?.partParams ?? []).flatMap((one) =>
    "PartitionElem" in one ? [one.PartitionElem.name] : [],
  );
  return columns.every((name) => name !== undefined) ? columns : undefined;
}

export interface UniqueKey {
  readonly columns: readonly string[];
  readonly location: number | undefined;
}

export function uniqueKeys({ tableElts = [] }: CreateStmt): UniqueKey[] {
  return tableElts.flatMap((one): UniqueKey[] => {
    if ("Constraint" in one) return uniqueKey(one.Constraint);
    if (!("ColumnDef" in one)) return [];
    const { colname = "", constraints = [] } = one.ColumnDef;
    return constraints.flatMap((item) =>
      "Constraint" in item ? uniqueKey(item.Constraint, [colname]) : [],
    );
  });
}

export function uniqueKey(
  { contype, keys, location }: Constraint,
  own: readonly string[] = [],
): UniqueKey[] {
  if (contype !== "CONSTR_PRIMARY" && contype !== "CONSTR_UNIQUE") return [];
  const columns = stringList(keys);
  return [{ columns: columns.length > 0 ? columns : own, location }];
}
