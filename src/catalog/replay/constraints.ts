/**
 * Adding constraints to a table that is there, with the names that the server gives and with what
 * goes down to children and partitions.
 */
import type { Node } from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import {
  type Constraint,
  type ConstraintKind,
  type Index,
  keyOf,
  type RelationKey,
  type Table,
} from "../catalog.ts";
import { columnsIn } from "../columns-in.ts";
import {
  columnOf,
  constraintOf,
  findRelation,
  findTable,
  nameOf,
  schemaFor,
  tableAt,
} from "../find.ts";
import type { WrittenConstraint } from "./column-definition.ts";
import { namesNotNull, type Replay } from "./context.ts";
import { type IndexShape, shapeOf, shapeOfKey } from "./index-shape.ts";
import { addIndex, addToPartitions } from "./indexes.ts";
import { freeConstraintName, joinedColumns } from "./names.ts";
import { addConstraint, moveRelation } from "./store.ts";

export interface AddOptions {
  /** Of CREATE TABLE: there is no row that could break it. */
  readonly empty?: boolean;
  /** ONLY: not to the children. */
  readonly only?: boolean;
}

export function addWritten(
  replay: Replay,
  table: Table,
  written: WrittenConstraint,
  options: AddOptions = {},
): void {
  switch (written.node.contype) {
    case "CONSTR_CHECK":
      return addCheck(replay, table, written, options);
    case "CONSTR_NOTNULL":
      return addWrittenNotNull(replay, table, written, options);
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
    case "CONSTR_EXCLUSION":
      return addKey(replay, table, written, options);
    case "CONSTR_FOREIGN":
      return addForeignKey(replay, table, written, options);
    default:
      return;
  }
}

function addCheck(
  replay: Replay,
  table: Table,
  { node, enforced }: WrittenConstraint,
  { empty = false, only = false }: AddOptions,
): void {
  const { catalog } = replay;
  const { raw_expr: expression, conname } = node;
  if (expression === undefined) return;
  const columns = columnsIn(expression);
  const single = columns.length === 1 ? columns[0] : undefined;
  const name = conname ?? freeConstraintName(catalog, table.schema, [table.name, single, "check"]);
  const noInherit = node.is_no_inherit === true;
  if (constraintOf(table, name) !== undefined) return;
  const constraint: Constraint = {
    kind: "check",
    name,
    valid: enforced && (empty || node.skip_validation !== true),
    enforced,
    columns,
    expression,
    ...(noInherit && { noInherit }),
    madeIn: catalog.step,
  };
  addConstraint(catalog, table, constraint);
  if (!noInherit && !only) inheritToBelow(replay, table, constraint);
}

/** Plain children and partitions get it, or count one parent more. */
export function inheritToBelow(replay: Replay, table: Table, constraint: Constraint): void {
  for (const key of [...table.partitions, ...table.children]) {
    const below = tableAt(replay.catalog, key);
    if (below !== undefined) inheritConstraint(replay, below, constraint);
  }
}

export function inheritConstraint(replay: Replay, table: Table, constraint: Constraint): void {
  const { catalog } = replay;
  const own = sameIn(table, constraint);
  if (own !== undefined) {
    own.inherited = (own.inherited ?? 0) + 1;
    if (constraint.valid && constraint.kind === "not-null") own.valid = true;
    return;
  }
  const { index: _index, ...rest } = constraint;
  const taken = constraintOf(table, constraint.name) !== undefined;
  const inherited: Constraint = {
    ...rest,
    columns: [...rest.columns],
    name: taken ? nameForInherited(replay, table, constraint) : constraint.name,
    inherited: 1,
    local: false,
    madeIn: catalog.step,
  };
  addConstraint(catalog, table, inherited);
  const column = constraint.kind === "not-null" ? columnOf(table, rest.columns[0]) : undefined;
  if (column !== undefined && column.notNull !== true) {
    column.notNull = constraint.valid ? true : "not-valid";
  }
  inheritToBelow(replay, table, inherited);
}

function nameForInherited({ catalog }: Replay, table: Table, constraint: Constraint): string {
  return freeConstraintName(catalog, table.schema, [
    table.name,
    joinedColumns(constraint.columns),
    constraint.kind === "not-null" ? "not_null" : "check",
  ]);
}

/** NOT NULL is one for each column; a check is the same by its name. */
export function sameIn(table: Table, constraint: Constraint): Constraint | undefined {
  return table.constraints.find((one) =>
    constraint.kind === "not-null"
      ? one.kind === "not-null" && one.columns[0] === constraint.columns[0]
      : one.kind === constraint.kind && one.name === constraint.name,
  );
}

function addWrittenNotNull(
  replay: Replay,
  table: Table,
  { node, column }: WrittenConstraint,
  options: AddOptions,
): void {
  const name = column ?? stringList(node.keys)[0];
  if (name === undefined) return;
  addNotNull(replay, table, name, {
    ...options,
    ...(node.conname !== undefined && { name: node.conname }),
    noInherit: node.is_no_inherit === true,
    valid: options.empty === true || node.skip_validation !== true,
  });
}

export function addNotNull(
  replay: Replay,
  table: Table,
  name: string,
  options: AddOptions & {
    readonly name?: string;
    readonly noInherit?: boolean;
    readonly valid?: boolean;
  } = {},
): void {
  const { valid = true, only = false, noInherit = false } = options;
  const column = columnOf(table, name);
  if (column === undefined) return;
  if (column.notNull !== true) column.notNull = valid ? true : "not-valid";
  if (!namesNotNull(replay)) {
    if (only) return;
    for (const key of [...table.partitions, ...table.children]) {
      const below = tableAt(replay.catalog, key);
      if (below !== undefined) addNotNull(replay, below, name, options);
    }
    return;
  }
  const existing = table.constraints.find(
    (one) => one.kind === "not-null" && one.columns[0] === name,
  );
  if (existing !== undefined) {
    // SET NOT NULL validates one that is not, and makes one of its own of an inherited one.
    existing.valid ||= valid;
    delete existing.local;
    return;
  }
  const { catalog } = replay;
  const constraint: Constraint = {
    kind: "not-null",
    name: options.name ?? freeConstraintName(catalog, table.schema, [table.name, name, "not_null"]),
    valid,
    enforced: true,
    columns: [name],
    ...(noInherit && { noInherit }),
    madeIn: catalog.step,
  };
  addConstraint(catalog, table, constraint);
  if (!noInherit && !only) inheritToBelow(replay, table, constraint);
}

const KEY_KINDS: Readonly<Record<string, ConstraintKind>> = {
  CONSTR_PRIMARY: "primary-key",
  CONSTR_UNIQUE: "unique",
  CONSTR_EXCLUSION: "exclusion",
};

function addKey(
  replay: Replay,
  table: Table,
  written: WrittenConstraint,
  options: AddOptions,
): void {
  const { catalog } = replay;
  const { node } = written;
  const kind = KEY_KINDS[node.contype ?? ""] ?? "unique";
  if (kind === "primary-key" && table.constraints.some((one) => one.kind === kind)) return;
  const { conname, indexname } = node;
  if (conname !== undefined && constraintOf(table, conname) !== undefined) return;
  const made =
    indexname === undefined
      ? newIndex(replay, table, written, kind)
      : existingIndex(replay, table, indexname, conname);
  if (made === undefined) return;
  const columns = made.columns.filter((column) => typeof column === "string");
  if (kind === "primary-key") {
    for (const column of columns) addNotNull(replay, table, column, options);
  }
  made.constraint = made.name;
  addConstraint(catalog, table, {
    kind,
    name: made.name,
    valid: true,
    enforced: true,
    columns,
    index: made.key,
    ...(written.deferrable && { deferrable: true }),
    madeIn: catalog.step,
  });
  if (options.only === true && table.partitions.length > 0) made.valid = false;
  else if (table.kind === "partitioned-table") addToPartitions(replay, table, made);
}

function newIndex(
  replay: Replay,
  table: Table,
  written: WrittenConstraint,
  kind: ConstraintKind,
): Index | undefined {
  const { conname } = written.node;
  if (conname !== undefined && replay.catalog.relations.has(keyOf(table.schema, conname))) {
    return undefined;
  }
  const label = kind === "primary-key" ? "pkey" : kind === "exclusion" ? "excl" : "key";
  return addIndex(replay, table, keyShape(written), label, conname);
}

export function keyShape({ node, column }: WrittenConstraint): IndexShape {
  const include = stringList(node.including);
  if (node.contype === "CONSTR_EXCLUSION") return exclusionShape(node.exclusions, node);
  const keys = stringList(node.keys);
  const columns = keys.length === 0 && column !== undefined ? [column] : keys;
  const method = node.without_overlaps === true ? "gist" : "btree";
  return shapeOfKey(columns, include, node.nulls_not_distinct === true, method);
}

function exclusionShape(
  exclusions: readonly Node[] | undefined,
  node: WrittenConstraint["node"],
): IndexShape {
  const elements = (exclusions ?? []).flatMap((one) =>
    "List" in one ? (one.List.items?.slice(0, 1) ?? []) : [],
  );
  return shapeOf(elements, {
    include: stringList(node.including),
    unique: false,
    nullsNotDistinct: false,
    predicate: node.where_clause,
    method: node.access_method ?? "gist",
  });
}

/** USING INDEX: the index takes the name of the constraint. */
function existingIndex(
  { catalog }: Replay,
  table: Table,
  name: string,
  constraintName: string | undefined,
): Index | undefined {
  const found = findRelation(catalog, { schema: table.schema, name });
  if (found?.kind !== "index" || found.table !== table.key) return undefined;
  if (constraintName !== undefined) moveRelation(catalog, found, { name: constraintName });
  return found;
}

const ACTIONS: Readonly<Record<string, string>> = {
  c: "cascade",
  n: "set null",
  d: "set default",
  r: "restrict",
};

function addForeignKey(
  replay: Replay,
  table: Table,
  { node, column, enforced, deferrable }: WrittenConstraint,
  { empty = false }: AddOptions,
): void {
  const { catalog } = replay;
  const given = stringList(node.fk_attrs);
  const columns = given.length === 0 && column !== undefined ? [column] : given;
  const target = nameOf(node.pktable);
  if (target === undefined || columns.length === 0) return;
  if (node.conname !== undefined && constraintOf(table, node.conname) !== undefined) return;
  const onDelete = ACTIONS[node.fk_del_action ?? ""];
  const constraint: Constraint = {
    kind: "foreign-key",
    name:
      node.conname ??
      freeConstraintName(catalog, table.schema, [table.name, joinedColumns(columns), "fkey"]),
    valid: enforced && (empty || node.skip_validation !== true),
    enforced,
    columns,
    references: referenced(replay, target, stringList(node.pk_attrs)),
    ...(onDelete !== undefined && { onDelete }),
    ...(deferrable && { deferrable }),
    madeIn: catalog.step,
  };
  addConstraint(catalog, table, constraint);
  for (const key of table.partitions) {
    const partition = tableAt(catalog, key);
    if (partition !== undefined) inheritForeignKey(replay, partition, constraint);
  }
}

/** A partition attaches the same foreign key of its own, or gets one. */
export function inheritForeignKey(replay: Replay, table: Table, constraint: Constraint): void {
  const own = table.constraints.find(
    (one) =>
      one.inherited === undefined &&
      one.kind === "foreign-key" &&
      one.references?.table === constraint.references?.table &&
      one.columns.join("\0") === constraint.columns.join("\0"),
  );
  if (own !== undefined) {
    own.inherited = 1;
    return;
  }
  const { catalog } = replay;
  const taken = constraintOf(table, constraint.name) !== undefined;
  const copy: Constraint = {
    ...constraint,
    columns: [...constraint.columns],
    ...(constraint.references !== undefined && {
      references: copyOfReference(constraint.references),
    }),
    name: taken
      ? freeConstraintName(catalog, table.schema, [
          table.name,
          joinedColumns(constraint.columns),
          "fkey",
        ])
      : constraint.name,
    inherited: 1,
    local: false,
  };
  addConstraint(catalog, table, copy);
  for (const key of table.partitions) {
    const partition = tableAt(catalog, key);
    if (partition !== undefined) inheritForeignKey(replay, partition, copy);
  }
}

function copyOfReference({
  table,
  columns,
}: NonNullable<Constraint["references"]>): NonNullable<Constraint["references"]> {
  return { table, columns: [...columns] };
}

function referenced(
  { catalog }: Replay,
  target: { readonly schema?: string | undefined; readonly name: string },
  columns: string[],
): { table: RelationKey; columns: string[] } {
  const table = findTable(catalog, target);
  const key = table?.key ?? keyOf(schemaFor(catalog, target), target.name);
  if (columns.length > 0) return { table: key, columns };
  const primary = table?.constraints.find((one) => one.kind === "primary-key");
  return { table: key, columns: [...(primary?.columns ?? [])] };
}
