/** Locks for which the writers of tables in use have to wait. */
import { blocksWrites } from "../../../locks/lock-mode.ts";
import { isTable, tableAt } from "../../../catalog/find.ts";
import type { Catalog, RelationKey } from "../../../catalog/catalog.ts";
import type { EffectLock, StatementContext } from "../../context.ts";

export function blockingLocks({ effects }: StatementContext): EffectLock[] {
  return effects.locks.filter(({ mode, isNew }) => !isNew && blocksWrites(mode));
}

export function blocksSomebody(context: StatementContext): boolean {
  return blockingLocks(context).length > 0;
}

/**
 * The tables among the locks, a partitioned table with its partitions as one: what an index or a
 * view is locked for is its table. What is dropped since then is in nobody's use any more.
 */
export function lockedTables(
  locks: readonly EffectLock[],
  catalog: Catalog,
): Map<string, EffectLock> {
  const tables = new Map<string, EffectLock>();
  for (const lock of locks) {
    const relation = lock.key === undefined ? undefined : catalog.relations.get(lock.key);
    if (lock.key !== undefined && (relation === undefined || !isTable(relation))) continue;
    const root = lock.key === undefined ? lock.relation : rootOf(lock.key, catalog);
    if (!tables.has(root)) tables.set(root, lock);
  }
  return tables;
}

function rootOf(key: RelationKey, catalog: Catalog): RelationKey {
  const above = tableAt(catalog, key)?.partitionOf?.parent;
  return above === undefined ? key : rootOf(above, catalog);
}
