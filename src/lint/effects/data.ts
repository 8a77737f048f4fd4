/**
 * Rows that are changed while a lock is held that stops writers: the lock lasts as long as the rows.
 * Alone, an UPDATE stops nobody but those who want the same rows.
 */
import type { Node } from "@pgsql/types";
import type { Table } from "../../catalog/catalog.ts";
import { written } from "../../catalog/catalog.ts";
import { findTable, isNew } from "../../catalog/find.ts";
import { conditionOf, type Condition } from "../../catalog/comparisons.ts";
import { fromRangeVar, type RelationName, relationsIn } from "../../locks/relation-name.ts";
import { blocksWrites } from "../../locks/lock-mode.ts";
import type { Statement } from "../../sql/statement.ts";
import type { Work } from "../context.ts";
import type { EffectState } from "./state.ts";
import { textOf } from "./target.ts";

export function dataWork({ node }: Statement, { catalog, transaction }: EffectState): Work[] {
  const blocking = [...(transaction?.held ?? [])].filter(([, { mode }]) => blocksWrites(mode));
  if (blocking.length === 0) return [];
  const read = rowsOf(node);
  if (read === undefined) return [];
  const tables = read.relations.flatMap((name): Found[] => {
    const table = findTable(catalog, name);
    if (table === undefined) return [{ name: name.name, at: textOf(name), table: undefined }];
    const spared = isNew(catalog, table) || findsByKey(table, read.where);
    return spared ? [] : [{ name: written(table), at: table.key, table }];
  });
  const near = tables.flatMap((one) => {
    const held = blocking.find(([key]) => key === one.at)?.[1];
    return held === undefined ? [] : [{ ...one, held }];
  })[0];
  // Whoever waits for another table of the transaction waits for these rows as well.
  const other = read.changes && tables[0] && { ...tables[0], held: blocking[0]![1] };
  const found = near ?? other;
  if (found === undefined || found === false) return [];
  const { held } = found;
  return [
    {
      kind: "scan",
      cause: "data-while-holding-lock",
      relation: found.name,
      ...(found.table && { key: found.table.key }),
      mode: held.mode,
      harmful: true,
      ...(near === undefined && { elsewhere: true }),
      certain: read.where === undefined,
      reason: `line ${held.by.line} holds ${held.mode} on \`${held.relation}\` until the commit`,
    },
  ];
}

interface Found {
  readonly name: string;
  readonly at: string;
  readonly table: Table | undefined;
}

interface Rows {
  readonly relations: readonly RelationName[];
  readonly where: Node | undefined;
  /** They are changed, and not only read. */
  readonly changes: boolean;
}

function rowsOf(node: Node): Rows | undefined {
  if ("UpdateStmt" in node) {
    const { relation, whereClause } = node.UpdateStmt;
    return { relations: fromRangeVar(relation), where: whereClause, changes: true };
  }
  if ("DeleteStmt" in node) {
    const { relation, whereClause } = node.DeleteStmt;
    return { relations: fromRangeVar(relation), where: whereClause, changes: true };
  }
  if ("CreateTableAsStmt" in node) {
    const { into, query } = node.CreateTableAsStmt;
    if (into?.skipData === true) return undefined;
    return { relations: relationsIn(query), where: undefined, changes: false };
  }
  if ("InsertStmt" in node) {
    const { selectStmt } = node.InsertStmt;
    return { relations: relationsIn(selectStmt), where: undefined, changes: false };
  }
  return undefined;
}

/** `where id = 5` on a unique column: one row, whatever the size of the table. */
function findsByKey(table: Table, where: Node | undefined): boolean {
  const fixed = fixedColumns(conditionOf(where));
  return table.constraints.some(
    ({ kind, columns }) =>
      (kind === "primary-key" || kind === "unique") &&
      columns.length > 0 &&
      columns.every((column) => fixed.has(column)),
  );
}

function fixedColumns(condition: Condition): ReadonlySet<string> {
  if (condition.kind === "and") {
    return new Set(condition.parts.flatMap((part) => [...fixedColumns(part)]));
  }
  if (condition.kind === "compare" && condition.operator === "=")
    return new Set([condition.column]);
  if (condition.kind === "in") return new Set([condition.column]);
  return new Set();
}
