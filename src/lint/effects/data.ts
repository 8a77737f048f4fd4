/**
 * Rows that are changed while a lock is held that stops writers: the lock lasts as long as the rows.
 * Alone, an UPDATE stops nobody but those who want the same rows.
 */
import type { Node } from "@pgsql/types";
import type { Table } from "../../catalog/catalog.ts";
import { written } from "../../catalog/catalog.ts";
import { findTable, isNew, nameOf } from "../../catalog/find.ts";
import { conditionOf, type Condition } from "../../catalog/comparisons.ts";
import { blocksWrites } from "../../locks/lock-mode.ts";
import type { Statement } from "../../sql/statement.ts";
import type { EffectLock, Work } from "../context.ts";
import type { EffectState } from "./state.ts";

export function dataWork(
  { node }: Statement,
  locks: readonly EffectLock[],
  { catalog, transaction }: EffectState,
): Work[] {
  if (transaction === undefined) return [];
  const change = changeOf(node);
  if (change === undefined) return [];
  const table = findTable(catalog, nameOf(change.relation));
  if (table !== undefined && isNew(catalog, table)) return [];
  if (table !== undefined && findsByKey(table, change.where)) return [];
  const at = table?.key ?? locks[0]?.relation ?? "";
  const blocking = [...transaction.held].filter(([, { mode }]) => blocksWrites(mode));
  // Whoever waits for another table of the transaction waits for these rows as well.
  const held = (blocking.find(([key]) => key === at) ?? blocking[0])?.[1];
  if (held === undefined) return [];
  const relation = table === undefined ? (change.relation?.relname ?? "") : written(table);
  return [
    {
      kind: "scan",
      cause: "data-while-holding-lock",
      relation,
      ...(table && { key: table.key }),
      mode: held.mode,
      harmful: true,
      certain: change.where === undefined,
      reason: `line ${held.by.line} holds ${held.mode} on \`${held.relation}\` until the commit`,
    },
  ];
}

interface Change {
  readonly relation: Parameters<typeof nameOf>[0];
  readonly where: Node | undefined;
}

function changeOf(node: Node): Change | undefined {
  if ("UpdateStmt" in node) {
    const { relation, whereClause } = node.UpdateStmt;
    return { relation, where: whereClause };
  }
  if ("DeleteStmt" in node) {
    const { relation, whereClause } = node.DeleteStmt;
    return { relation, where: whereClause };
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
