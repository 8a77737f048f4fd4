/** LIKE in CREATE TABLE: columns always, the rest where INCLUDING says so. */
import type { TableLikeClause } from "@pgsql/types";
import type { Column, Index, Table } from "../catalog.ts";
import { findRelation, indexesOf, isTable, nameOf } from "../find.ts";
import { addSequence, tableConstraint, type WrittenConstraint } from "./column-definition.ts";
import type { Replay } from "./context.ts";
import { shapeOfIndex } from "./index-shape.ts";
import { addIndex, constraintBehind, labelOf } from "./indexes.ts";
import { addConstraint } from "./store.ts";

/** What is copied once the table is there. */
export interface Copied {
  readonly from: Table | undefined;
  readonly options: number;
  readonly notNull: readonly WrittenConstraint[];
}

// TableLikeOption of parsenodes.h, 14–18.
const CONSTRAINTS = 1 << 2;
const DEFAULTS = 1 << 3;
const GENERATED = 1 << 4;
const IDENTITY = 1 << 5;
const INDEXES = 1 << 6;

export function copyLike(replay: Replay, table: Table, clause: TableLikeClause): Copied[] {
  const { catalog } = replay;
  const source = findRelation(catalog, nameOf(clause.relation));
  if (source === undefined) return [];
  const options = clause.options ?? 0;
  if (!isTable(source)) {
    if ("uses" in source) table.columns.push(...structuredClone(source.columns));
    else if ("attributes" in source)
      table.columns.push(...structuredClone(source.attributes ?? []));
    return [];
  }
  for (const column of source.columns) {
    table.columns.push(copiedColumn(column, options));
    if (column.identity !== undefined && (options & IDENTITY) !== 0) {
      addSequence(replay, table, column.name);
    }
  }
  return [{ from: source, options, notNull: notNullOf(source) }];
}

function copiedColumn(column: Column, options: number): Column {
  const {
    default: value,
    generated,
    generatedFrom,
    identity,
    serial: _serial,
    inherited: _inherited,
    local: _local,
    ...rest
  } = column;
  return {
    ...rest,
    ...(value !== undefined && (options & DEFAULTS) !== 0 && { default: value }),
    ...(generated !== undefined && (options & GENERATED) !== 0 && { generated }),
    ...(generatedFrom !== undefined && (options & GENERATED) !== 0 && { generatedFrom }),
    ...(identity !== undefined && (options & IDENTITY) !== 0 && { identity }),
  };
}

/** NOT NULL comes along in any case, with its name. */
function notNullOf(source: Table): WrittenConstraint[] {
  return source.constraints
    .filter(({ kind }) => kind === "not-null")
    .map(({ name, columns }) =>
      tableConstraint({
        contype: "CONSTR_NOTNULL",
        conname: name,
        keys: columns.map((sval) => ({ String: { sval } })),
      }),
    );
}

export function finishLike(replay: Replay, table: Table, { from, options }: Copied): void {
  if (from === undefined) return;
  const { catalog } = replay;
  if ((options & CONSTRAINTS) !== 0) {
    for (const constraint of from.constraints) {
      if (constraint.kind !== "check") continue;
      const { inherited: _inherited, local: _local, ...rest } = constraint;
      addConstraint(catalog, table, {
        ...rest,
        columns: [...rest.columns],
        valid: constraint.enforced,
        madeIn: catalog.step,
      });
    }
  }
  if ((options & INDEXES) !== 0) {
    for (const index of indexesOf(catalog, from)) copyIndex(replay, table, index);
  }
}

/** With a name of its own, that of a constraint too. */
function copyIndex(replay: Replay, table: Table, index: Index): void {
  const { catalog } = replay;
  const constraint = constraintBehind(catalog, index);
  const copy = addIndex(replay, table, shapeOfIndex(index), labelOf(constraint));
  if (constraint === undefined) return;
  copy.constraint = copy.name;
  const { inherited: _inherited, local: _local, ...rest } = constraint;
  addConstraint(catalog, table, {
    ...rest,
    columns: [...rest.columns],
    name: copy.name,
    index: copy.key,
    madeIn: catalog.step,
  });
}
