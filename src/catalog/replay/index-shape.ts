/** What an index is made of, apart from its name and its table; the same for CREATE INDEX and keys. */
import type { IndexStmt, Node } from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import type { Index } from "../catalog.ts";
import { columnsIn, expressionEquals } from "../columns-in.ts";

export type IndexShape = Pick<
  Index,
  | "columns"
  | "alsoUses"
  | "include"
  | "unique"
  | "nullsNotDistinct"
  | "predicate"
  | "method"
  | "operatorClasses"
  | "collations"
>;

export function shapeOfStatement(statement: IndexStmt): IndexShape {
  return shapeOf(statement.indexParams, {
    include: elementNames(statement.indexIncludingParams),
    unique: statement.unique === true,
    nullsNotDistinct: statement.nulls_not_distinct === true,
    predicate: statement.whereClause,
    method: statement.accessMethod ?? "btree",
  });
}

/** Of an index that is there, for a copy. */
export function shapeOfIndex(index: IndexShape): IndexShape {
  const { columns, alsoUses, include, unique, nullsNotDistinct, predicate } = index;
  const { method, operatorClasses, collations } = index;
  return {
    columns,
    alsoUses,
    include,
    unique,
    nullsNotDistinct,
    ...(predicate !== undefined && { predicate }),
    method,
    operatorClasses,
    collations,
  };
}

export function shapeOf(
  elements: readonly Node[] | undefined,
  rest: Pick<IndexShape, "include" | "unique" | "nullsNotDistinct" | "method"> & {
    readonly predicate: Node | undefined;
  },
): IndexShape {
  const parts = (elements ?? []).flatMap((one) => ("IndexElem" in one ? [one.IndexElem] : []));
  const columns = parts.map(({ name, expr }) => name ?? expr ?? "");
  const { predicate, ...others } = rest;
  return {
    ...others,
    columns,
    alsoUses: usedBeside(columns, predicate),
    ...(predicate !== undefined && { predicate }),
    operatorClasses: parts.map(({ opclass }) => qualified(opclass)),
    collations: parts.map(({ collation }) => qualified(collation)),
  };
}

export function usedBeside(
  columns: readonly (string | Node)[],
  predicate: Node | undefined,
): string[] {
  const expressions = columns.filter((column) => typeof column !== "string");
  return columnsIn([...expressions, predicate]);
}

/** The index on columns alone that a PRIMARY KEY or UNIQUE constraint gets. */
export function shapeOfKey(
  columns: readonly string[],
  include: readonly string[],
  nullsNotDistinct: boolean,
  method = "btree",
): IndexShape {
  return {
    columns,
    alsoUses: [],
    include,
    unique: true,
    nullsNotDistinct,
    method,
    operatorClasses: columns.map(() => undefined),
    collations: columns.map(() => undefined),
  };
}

/** As the server compares when it looks for an index of a partition to attach. */
export function sameShape(left: IndexShape, right: IndexShape): boolean {
  return (
    left.unique === right.unique &&
    left.nullsNotDistinct === right.nullsNotDistinct &&
    left.method === right.method &&
    expressionEquals(left.columns, right.columns) &&
    expressionEquals(left.include, right.include) &&
    expressionEquals(left.predicate, right.predicate) &&
    expressionEquals(left.operatorClasses, right.operatorClasses) &&
    expressionEquals(left.collations, right.collations)
  );
}

/** Whether the column is a part of it, in whatever place. */
export function indexUses(index: IndexShape, column: string): boolean {
  return (
    index.columns.includes(column) ||
    index.include.includes(column) ||
    index.alsoUses.includes(column)
  );
}

export function elementNames(elements: readonly Node[] | undefined): string[] {
  return (elements ?? []).flatMap((one) =>
    "IndexElem" in one && one.IndexElem.name !== undefined ? [one.IndexElem.name] : [],
  );
}

function qualified(name: readonly Node[] | undefined): string | undefined {
  return name === undefined ? undefined : stringList(name).join(".");
}
