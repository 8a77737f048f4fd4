/** The subcommands of ALTER TABLE that change a column; most reach the tables below as well. */
import type { Column, Table } from "../catalog.ts";
import { columnOf, indexesOf, tableAt, withDescendants } from "../find.ts";
import type { Alteration } from "./alter-table.ts";
import { addSequence, defineColumn } from "./column-definition.ts";
import { columnType } from "./column-type.ts";
import { addNotNull, addWritten } from "./constraints.ts";
import { namesNotNull, type Replay } from "./context.ts";
import { sequenceFor } from "./create-table.ts";
import { dropAttached, dropColumn, dropSequencesOf } from "./drop-column.ts";
import { indexUses } from "./index-shape.ts";
import { addToPartitions } from "./indexes.ts";
import { inheritedColumn } from "./inheritance.ts";
import { removeConstraint } from "./store.ts";

export function addColumn({ replay, table, command, only }: Alteration): void {
  const { def } = command;
  if (def === undefined || !("ColumnDef" in def)) return;
  const definition = def.ColumnDef;
  if (columnOf(table, definition.colname) !== undefined) return;
  const { column, constraints, sequence } = defineColumn(replay, definition);
  table.columns.push(column);
  const brought = sequence ? sequenceFor(replay, table, column) : [];
  if (!only) addBelow(replay, table, column);
  const order = ["CONSTR_CHECK", "CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_UNIQUE"];
  const rank = (contype: string | undefined): number => {
    const at = order.indexOf(contype ?? "");
    return at < 0 ? order.length : at;
  };
  for (const written of [...constraints, ...brought].toSorted(
    (left, right) => rank(left.node.contype) - rank(right.node.contype),
  )) {
    addWritten(replay, table, written, { only });
  }
}

function addBelow(replay: Replay, table: Table, column: Column): void {
  for (const key of [...table.partitions, ...table.children]) {
    const child = tableAt(replay.catalog, key);
    if (child === undefined) continue;
    const own = columnOf(child, column.name);
    if (own !== undefined) {
      own.inherited = (own.inherited ?? 0) + 1;
      continue;
    }
    const inherited = inheritedColumn(column, table);
    child.columns.push(inherited);
    addBelow(replay, child, inherited);
  }
}

export function dropColumnCommand({ replay, table, command, only }: Alteration): void {
  const { name, behavior } = command;
  if (name === undefined) return;
  dropColumn(replay, table, name, { cascade: behavior === "DROP_CASCADE", only });
}

export function setDefault(alteration: Alteration): void {
  const { def } = alteration.command;
  for (const { column } of reached(alteration)) {
    if (def === undefined) delete column.default;
    else column.default = def;
  }
}

export function setNotNull({ replay, table, command, only }: Alteration): void {
  if (command.name !== undefined) addNotNull(replay, table, command.name, { only });
}

export function dropNotNull(alteration: Alteration): void {
  const { replay } = alteration;
  for (const { table, column } of reached(alteration)) {
    const constraint = table.constraints.find(
      (one) => one.kind === "not-null" && one.columns[0] === column.name,
    );
    // Another parent, or the table itself, may still want it.
    const isBelow = table !== alteration.table;
    if (constraint !== undefined && isBelow && !leavesWithParent(constraint)) continue;
    if (constraint === undefined && isBelow && namesNotNull(replay)) continue;
    column.notNull = false;
    if (constraint !== undefined) removeConstraint(replay.catalog, table, constraint);
  }
}

/** Counts one parent less; true when nothing else holds it. */
export function leavesWithParent(one: { inherited?: number; local?: false }): boolean {
  const left = (one.inherited ?? 0) - 1;
  if (left > 0) {
    one.inherited = left;
    return false;
  }
  if (one.local === false) return true;
  delete one.inherited;
  return false;
}

export function setExpression(alteration: Alteration): void {
  const { def } = alteration.command;
  if (def === undefined) return;
  for (const { column } of reached(alteration)) column.generatedFrom = def;
}

export function dropExpression(alteration: Alteration): void {
  for (const { column } of reached(alteration)) {
    delete column.generated;
    delete column.generatedFrom;
  }
}

export function addIdentity(alteration: Alteration): void {
  const { replay, table, command } = alteration;
  const { def } = command;
  const column = columnOf(table, command.name);
  if (def === undefined || !("Constraint" in def) || column === undefined) return;
  if (column.identity !== undefined) return;
  const identity = def.Constraint.generated_when === "a" ? "always" : "by default";
  addSequence(replay, table, column.name);
  for (const one of identityOf(alteration)) one.identity = identity;
}

export function setIdentity(alteration: Alteration): void {
  const { def } = alteration.command;
  const items = def !== undefined && "List" in def ? (def.List.items ?? []) : [];
  for (const item of items) {
    if (!("DefElem" in item) || item.DefElem.defname !== "generated") continue;
    const { arg } = item.DefElem;
    // ATTRIBUTE_IDENTITY_ALWAYS is the character 'a'.
    const always = arg !== undefined && "Integer" in arg && arg.Integer.ival === 97;
    for (const one of identityOf(alteration)) one.identity = always ? "always" : "by default";
  }
}

export function dropIdentity(alteration: Alteration): void {
  const { replay, table, command } = alteration;
  for (const one of identityOf(alteration)) delete one.identity;
  dropSequencesOf(replay, table, command.name);
}

/** Since 17 partitions share the identity of their parent; plain children never do. */
function identityOf({ replay, table, command }: Alteration): Column[] {
  const column = columnOf(table, command.name);
  if (column === undefined) return [];
  if (replay.version < 17 || table.kind !== "partitioned-table") return [column];
  return withDescendants(replay.catalog, table).flatMap((one) => columnOf(one, command.name) ?? []);
}

export function alterType(alteration: Alteration): void {
  const { def } = alteration.command;
  if (def === undefined || !("ColumnDef" in def)) return;
  const type = columnType(alteration.replay.catalog, def.ColumnDef.typeName);
  for (const { column } of reached(alteration)) {
    column.type = type;
    // Without COLLATE the column gets that of its new type.
    const collation = def.ColumnDef.collClause?.collname?.at(-1);
    if (collation !== undefined && "String" in collation) {
      column.collation = collation.String.sval ?? "";
    } else delete column.collation;
  }
  if (!alteration.only) remakeAttached(alteration);
}

/** The server makes the indexes anew, and with them those of partitions, which get new names. */
function remakeAttached({ replay, table, command: { name } }: Alteration): void {
  if (table.partitions.length === 0 || name === undefined) return;
  for (const index of indexesOf(replay.catalog, table)) {
    if (!indexUses(index, name)) continue;
    dropAttached(replay, table, index.key);
    addToPartitions(replay, table, index);
  }
}

/** The column in the table and, without ONLY, in all below it. */
function reached({
  replay,
  table,
  command,
  only,
}: Alteration): { readonly table: Table; readonly column: Column }[] {
  const tables = only ? [table] : withDescendants(replay.catalog, table);
  return tables.flatMap((one) => {
    const column = columnOf(one, command.name);
    return column === undefined ? [] : [{ table: one, column }];
  });
}
