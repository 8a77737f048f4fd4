/** What ends with a transaction, which the next statement of another step shows to be over. */
import { tableAt } from "../find.ts";
import type { Replay } from "./context.ts";
import { dropRelation } from "./drop-relation.ts";
import { TEMPORARY_SCHEMA } from "../catalog.ts";

export function endTransaction(replay: Replay): void {
  const { catalog } = replay;
  const { localSearchPath: local, droppedAtCommit: dropped, step } = catalog;
  if (local !== undefined && local.step !== step) {
    catalog.searchPath = local.before;
    delete catalog.localSearchPath;
  }
  if (dropped !== undefined && dropped.step !== step) {
    delete catalog.droppedAtCommit;
    for (const key of dropped.tables) {
      const table = tableAt(catalog, key);
      if (table !== undefined) dropRelation(replay, table, true);
    }
  }
}

/** DISCARD TEMP. */
export function dropTemporary(replay: Replay): void {
  for (const relation of replay.catalog.relations.values()) {
    if (relation.schema === TEMPORARY_SCHEMA) dropRelation(replay, relation, true);
  }
}
