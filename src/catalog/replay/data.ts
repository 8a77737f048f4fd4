/** Which tables have rows that the files have put there. */
import type {
  CopyStmt,
  InsertStmt,
  MergeStmt,
  RangeVar,
  SelectStmt,
  TruncateStmt,
} from "@pgsql/types";
import { findTable, nameOf, tableAt, withDescendants } from "../find.ts";
import type { Replay } from "./context.ts";

export function fill({ catalog }: Replay, relation: RangeVar | undefined): void {
  const table = findTable(catalog, nameOf(relation));
  if (table === undefined) return;
  // The rows of a partitioned table are in its partitions, and which got some is not known.
  for (const one of table.partitions.length > 0 ? withDescendants(catalog, table) : [table]) {
    one.filled = true;
  }
  for (
    let above = tableAt(catalog, table.partitionOf?.parent);
    above !== undefined && !above.filled;
    above = tableAt(catalog, above.partitionOf?.parent)
  ) {
    above.filled = true;
  }
}

export function insert(replay: Replay, { relation, withClause, selectStmt }: InsertStmt): void {
  fill(replay, relation);
  fillFromCommon(replay, withClause);
  if (selectStmt !== undefined && "SelectStmt" in selectStmt) {
    fillFromCommon(replay, selectStmt.SelectStmt.withClause);
  }
}

export function merge(replay: Replay, { relation, mergeWhenClauses }: MergeStmt): void {
  const inserts = (mergeWhenClauses ?? []).some(
    (one) => "MergeWhenClause" in one && one.MergeWhenClause.commandType === "CMD_INSERT",
  );
  if (inserts) fill(replay, relation);
}

export function copy(replay: Replay, { relation, is_from }: CopyStmt): void {
  if (is_from === true) fill(replay, relation);
}

/** `with x as (insert …) select …` */
export function fillFromCommon(replay: Replay, clause: SelectStmt["withClause"]): void {
  for (const one of clause?.ctes ?? []) {
    const query = "CommonTableExpr" in one ? one.CommonTableExpr.ctequery : undefined;
    if (query === undefined) continue;
    if ("InsertStmt" in query) insert(replay, query.InsertStmt);
    else if ("MergeStmt" in query) merge(replay, query.MergeStmt);
  }
}

export function truncate({ catalog }: Replay, { relations }: TruncateStmt): void {
  for (const one of relations ?? []) {
    if (!("RangeVar" in one)) continue;
    const table = findTable(catalog, nameOf(one.RangeVar));
    if (table === undefined) continue;
    const only = one.RangeVar.inh !== true;
    for (const each of only ? [table] : withDescendants(catalog, table)) each.filled = false;
  }
}
