/** INHERITS: what a child has of its parents. Partitions use the same for columns and checks. */
import { type Column, type Table } from "../catalog.ts";
import { columnOf, withDescendants } from "../find.ts";
import { inheritConstraint } from "./constraints.ts";
import type { Replay } from "./context.ts";
import { without } from "./store.ts";

/** Before the table's own columns; those of the same name become one. */
export function inheritColumns(table: Table, parents: readonly Table[]): void {
  for (const parent of parents) {
    for (const column of parent.columns) {
      const own = columnOf(table, column.name);
      if (own === undefined) table.columns.push(inheritedColumn(column, parent));
      else mergeColumn(own, column);
    }
  }
}

export function inheritedColumn(column: Column, parent: Table): Column {
  const { identity, serial: _serial, inherited: _inherited, ...rest } = column;
  return {
    ...rest,
    // Identity goes to partitions, since 17; a plain child has none.
    ...(identity !== undefined && parent.kind === "partitioned-table" && { identity }),
    inherited: 1,
    local: false,
  };
}

function mergeColumn(own: Column, column: Column): void {
  own.inherited = (own.inherited ?? 0) + 1;
  if (own.notNull !== true && column.notNull !== false) own.notNull = column.notNull;
  if (own.default === undefined && column.default !== undefined) own.default = column.default;
}

/** At CREATE TABLE, after its own constraints are there. */
export function inheritFrom(replay: Replay, table: Table, parent: Table): void {
  table.inherits.push(parent.key);
  parent.children.push(table.key);
  inheritConstraints(replay, table, parent);
}

export function inheritConstraints(replay: Replay, table: Table, parent: Table): void {
  for (const constraint of parent.constraints) {
    if (constraint.noInherit === true) continue;
    if (constraint.kind === "check" || constraint.kind === "not-null") {
      inheritConstraint(replay, table, constraint);
    }
  }
}

/** ALTER TABLE … INHERIT: the child has the columns and checks already. */
export function addParent(replay: Replay, table: Table, parent: Table): void {
  if (table.inherits.includes(parent.key)) return;
  if (withDescendants(replay.catalog, table).includes(parent)) return;
  for (const { name } of parent.columns) {
    const own = columnOf(table, name);
    if (own !== undefined) own.inherited = (own.inherited ?? 0) + 1;
  }
  inheritFrom(replay, table, parent);
}

/** NO INHERIT, and what DETACH does to columns and checks: what is left becomes its own. */
export function removeParent(table: Table, parent: Table): void {
  table.inherits = without(table.inherits, parent.key);
  parent.children = without(parent.children, table.key);
  disinherit(table, parent);
}

export function disinherit(table: Table, parent: Table): void {
  for (const column of table.columns) {
    if (columnOf(parent, column.name) !== undefined) countDown(column);
  }
  for (const constraint of table.constraints) {
    if (constraint.kind !== "check" && constraint.kind !== "not-null") continue;
    const above = parent.constraints.some((one) =>
      one.kind === "check"
        ? one.kind === constraint.kind && one.name === constraint.name
        : one.kind === constraint.kind && one.columns[0] === constraint.columns[0],
    );
    if (above) countDown(constraint);
  }
}

function countDown(one: { inherited?: number; local?: false }): void {
  const left = (one.inherited ?? 0) - 1;
  if (left > 0) one.inherited = left;
  else {
    delete one.inherited;
    delete one.local;
  }
}
