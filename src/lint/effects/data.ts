/**
 * Rows that are changed while a lock is held that stops writers: the lock lasts as long as the rows.
 * Alone, an UPDATE stops nobody but those who want the same rows.
 */
import type { Node } from "@pgsql/types";
import type { RelationKey, Table } from "../../catalog/catalog.ts";
import { written } from "../../catalog/catalog.ts";
import { findTable, isNew, type Name, nameOf } from "../../catalog/find.ts";
import { conditionOf, type Condition } from "../../catalog/comparisons.ts";
import { blocksWrites } from "../../locks/lock-mode.ts";
import { relationsIn } from "../../locks/relation-name.ts";
import type { TransactionContext, Work } from "../context.ts";
import type { EffectState } from "./state.ts";
import { textOf } from "./target.ts";

export function dataWork(node: Node, { catalog, transaction }: EffectState): Work[] {
  const change = transaction === undefined ? undefined : changeOf(node);
  if (change === undefined) return [];
  // What the transaction has dropped is in nobody's use any more; a name that no file made may be.
  const blocking = [...(transaction?.held ?? [])].filter(([at, { mode, relation }]) => {
    const known = catalog.relations.get(at as RelationKey);
    const there = known === undefined ? at === relation : !isNew(catalog, known);
    return blocksWrites(mode) && (there || isRenamed(relation, transaction!));
  });
  if (blocking.length === 0) return [];
  const { cause, where } = change;
  const tables = change.reads.flatMap((name): Found[] => {
    const table = findTable(catalog, name);
    if (table === undefined) return [{ name: name.name, at: textOf(name), table }];
    const spared = isNew(catalog, table) || findsByKey(table, where);
    return spared ? [] : [{ name: written(table), at: table.key, table }];
  });
  const near = tables.find(({ at }) => blocking.some(([key]) => key === at));
  // Whoever waits for another table of the transaction waits for these rows as well.
  const found = near ?? tables[0];
  if (found === undefined) return [];
  const held = (blocking.find(([key]) => key === found.at) ?? blocking[0]!)[1];
  return [
    {
      kind: "scan",
      cause,
      relation: found.name,
      ...(found.table && { key: found.table.key }),
      mode: held.mode,
      harmful: true,
      ...(near === undefined && { elsewhere: true }),
      certain: where === undefined,
      reason: `line ${held.by.line} holds ${held.mode} on \`${held.relation}\` until the commit`,
    },
  ];
}

interface Found {
  readonly name: string;
  readonly at: string;
  readonly table: Table | undefined;
}

interface Change {
  /** The rule that explains it. */
  readonly cause: string;
  /** The tables whose size decides how long it takes. */
  readonly reads: readonly Name[];
  readonly where: Node | undefined;
}

function changeOf(node: Node): Change | undefined {
  if ("UpdateStmt" in node) {
    const { relation, whereClause } = node.UpdateStmt;
    return rows([nameOf(relation)], whereClause);
  }
  if ("DeleteStmt" in node) {
    const { relation, whereClause } = node.DeleteStmt;
    return rows([nameOf(relation)], whereClause);
  }
  if ("MergeStmt" in node) {
    const { relation, sourceRelation } = node.MergeStmt;
    return rows([...relationsIn(sourceRelation), nameOf(relation)], node.MergeStmt.joinCondition);
  }
  if ("InsertStmt" in node) return queryOf(node.InsertStmt.selectStmt, "data-while-holding-lock");
  if ("CreateTableAsStmt" in node) {
    const { query, objtype, into } = node.CreateTableAsStmt;
    if (into?.skipData === true) return undefined;
    return queryOf(
      query,
      objtype === "OBJECT_MATVIEW" ? "matview-with-data" : "statement-while-holding-ax",
    );
  }
  return undefined;
}

function rows(names: readonly (Name | undefined)[], where: Node | undefined): Change {
  return {
    cause: "data-while-holding-lock",
    reads: names.flatMap((name) => name ?? []),
    where,
  };
}

function queryOf(query: Node | undefined, cause: string): Change | undefined {
  if (query === undefined || !("SelectStmt" in query)) return undefined;
  const { fromClause, whereClause, limitCount } = query.SelectStmt;
  const reads = relationsIn(fromClause ?? query);
  return reads.length > 0 && limitCount === undefined
    ? { cause, reads, where: whereClause }
    : undefined;
}

/** `where id = 5` on a unique column: one row, whatever the size of the table. */
export function findsByKey(table: Table, where: Node | undefined): boolean {
  const fixed = fixedColumns(conditionOf(where));
  return table.constraints.some(
    ({ kind, columns }) =>
      (kind === "primary-key" || kind === "unique") &&
      columns.length > 0 &&
      columns.every((column) => fixed.has(column)),
  );
}

export function fixedColumns(condition: Condition): ReadonlySet<string> {
  if (condition.kind === "and") {
    return new Set(condition.parts.flatMap((part) => [...fixedColumns(part)]));
  }
  if (condition.kind === "compare" && condition.operator === "=")
    return new Set([condition.column]);
  if (condition.kind === "in") return new Set([condition.column]);
  return new Set();
}

/** It has another name by now, which something new may have taken, and is locked all the same. */
function isRenamed(name: string, { statements }: TransactionContext): boolean {
  return statements.some(({ node }) => {
    if (!("RenameStmt" in node) || node.RenameStmt.renameType !== "OBJECT_TABLE") return false;
    const { relation } = node.RenameStmt;
    return relation !== undefined && relation.relname === name.slice(name.lastIndexOf(".") + 1);
  });
}
