/** CREATE TABLE and CREATE FOREIGN TABLE. */
import type { ColumnDef, CreateStmt, Node, PartitionSpec, RangeVar } from "@pgsql/types";
import { type Column, keyOf, type Table, TEMPORARY_SCHEMA } from "../catalog.ts";
import { columnOf, findTable, nameOf, schemaFor } from "../find.ts";
import {
  addSequence,
  applyAttributes,
  constraintsAt,
  defineColumn,
  tableConstraint,
  type WrittenConstraint,
} from "./column-definition.ts";
import { addWritten, keyShape } from "./constraints.ts";
import type { Replay } from "./context.ts";
import { sameShape } from "./index-shape.ts";
import { inheritColumns, inheritFrom } from "./inheritance.ts";
import { copyLike, finishLike, type Copied } from "./like.ts";
import { nextval } from "./nextval.ts";
import { becomePartition } from "./partitions.ts";
import { readOptions } from "./options.ts";
import { addRelation } from "./store.ts";
import { ofType } from "./composite.ts";

export function createTable(
  replay: Replay,
  statement: CreateStmt,
  kind: "table" | "foreign-table" = "table",
): void {
  const { catalog } = replay;
  const { partspec } = statement;
  const partitioned = partspec === undefined ? kind : "partitioned-table";
  const table = emptyTable(replay, statement.relation, partitioned);
  if (table === undefined) return;
  if (partspec !== undefined) table.partitionKey = partitionKey(partspec);
  if (statement.accessMethod !== undefined) table.accessMethod = statement.accessMethod;
  if (statement.tablespacename !== undefined) table.tablespace = statement.tablespacename;
  readOptions(table.options, statement.options);
  const parents = (statement.inhRelations ?? []).flatMap((one) =>
    "RangeVar" in one ? (findTable(catalog, nameOf(one.RangeVar)) ?? []) : [],
  );
  inheritColumns(table, parents);
  ofType(replay, table, statement.ofTypename);
  const written: WrittenConstraint[] = [];
  const copied: Copied[] = [];
  for (const element of statement.tableElts ?? []) {
    if ("ColumnDef" in element) written.push(...addColumn(replay, table, element.ColumnDef));
    else if ("Constraint" in element) written.push(tableConstraint(element.Constraint));
    else if ("TableLikeClause" in element) {
      copied.push(...copyLike(replay, table, element.TableLikeClause));
    }
  }
  addRelation(catalog, table);
  if (statement.oncommit === "ONCOMMIT_DROP") dropAtCommit(replay, table);
  for (const constraint of inOrder(written, copied)) {
    addWritten(replay, table, constraint, { empty: true, only: true });
  }
  const { partbound } = statement;
  const [parent] = parents;
  if (partbound !== undefined && parent !== undefined) {
    const bound = partbound.is_default === true ? "default" : { PartitionBoundSpec: partbound };
    becomePartition(replay, table, parent, bound);
  } else {
    for (const one of parents) inheritFrom(replay, table, one);
  }
  for (const one of copied) finishLike(replay, table, one);
}

/** Undefined where a relation of this name is there already. */
export function emptyTable(
  { catalog }: Replay,
  relation: RangeVar | undefined,
  kind: Table["kind"],
): Table | undefined {
  const name = nameOf(relation);
  if (name === undefined) return undefined;
  const temporary = relation?.relpersistence === "t";
  const schema = temporary ? TEMPORARY_SCHEMA : schemaFor(catalog, name);
  const key = keyOf(schema, name.name);
  if (catalog.relations.has(key)) return undefined;
  return {
    kind,
    key,
    schema,
    name: name.name,
    madeIn: catalog.step,
    columns: [],
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rules: [],
    rowSecurity: false,
    persistence: temporary
      ? "temporary"
      : relation?.relpersistence === "u"
        ? "unlogged"
        : "permanent",
    replicaIdentity: "default",
    partitions: [],
    inherits: [],
    children: [],
    filled: false,
    accessMethod: "heap",
    options: {},
  };
}

export function dropAtCommit({ catalog }: Replay, table: Table): void {
  const { step } = catalog;
  if (catalog.droppedAtCommit?.step !== step) catalog.droppedAtCommit = { step, tables: [] };
  catalog.droppedAtCommit.tables.push(table.key);
}

/** Merges with a column of a parent or of the type, or of `PARTITION OF p (a default 1)`. */
function addColumn(replay: Replay, table: Table, definition: ColumnDef): WrittenConstraint[] {
  const inherited = columnOf(table, definition.colname);
  if (inherited !== undefined) {
    const constraints = constraintsAt(definition);
    applyAttributes(inherited, constraints);
    // The options of a partition's column do not make it the partition's own.
    if (definition.typeName !== undefined) delete inherited.local;
    return constraints;
  }
  const { column, constraints, sequence } = defineColumn(replay, definition);
  table.columns.push(column);
  return sequence ? [...constraints, ...sequenceFor(replay, table, column)] : [...constraints];
}

/** What serial and identity bring: a sequence, NOT NULL, and for serial the default. */
export function sequenceFor(replay: Replay, table: Table, column: Column): WrittenConstraint[] {
  const sequence = addSequence(replay, table, column.name);
  if (column.serial === true) column.default = nextval(table.schema, sequence);
  const node = { contype: "CONSTR_NOTNULL" as const, keys: [{ String: { sval: column.name } }] };
  return [tableConstraint(node)];
}

/**
 * As the server works them off: checks, NOT NULL, keys (the primary key first), foreign keys. Two
 * keys on the same columns are one.
 */
function inOrder(
  written: readonly WrittenConstraint[],
  copied: readonly Copied[],
): WrittenConstraint[] {
  const of = (...kinds: readonly string[]): WrittenConstraint[] =>
    written.filter(({ node }) => kinds.includes(node.contype ?? ""));
  const notNull = of("CONSTR_NOTNULL");
  // A name that the author or the source of LIKE gave wins over what a key or serial would bring.
  const named = [...notNull, ...copied.flatMap(({ notNull }) => notNull)].toSorted(
    (left, right) =>
      Number(right.node.conname !== undefined) - Number(left.node.conname !== undefined),
  );
  const keys: WrittenConstraint[] = [];
  for (const key of [...of("CONSTR_PRIMARY"), ...of("CONSTR_UNIQUE", "CONSTR_EXCLUSION")]) {
    const same = keys.findIndex(
      (other) => sameShape(keyShape(other), keyShape(key)) && other.deferrable === key.deferrable,
    );
    const before = keys[same];
    if (before === undefined) keys.push(key);
    else if (before.node.conname === undefined && key.node.conname !== undefined) {
      keys[same] = { ...before, node: { ...before.node, conname: key.node.conname } };
    }
  }
  return [...of("CONSTR_CHECK"), ...named, ...keys, ...of("CONSTR_FOREIGN")];
}

function partitionKey({ strategy, partParams }: PartitionSpec): NonNullable<Table["partitionKey"]> {
  return {
    strategy: (strategy ?? "").replace("PARTITION_STRATEGY_", "").toLowerCase(),
    columns: (partParams ?? []).flatMap((one): (string | Node)[] => {
      if (!("PartitionElem" in one)) return [];
      const { name, expr } = one.PartitionElem;
      return name === undefined ? (expr === undefined ? [] : [expr]) : [name];
    }),
  };
}
