/**
 * The order of repeatables: what defines an object comes before what needs it; otherwise by name.
 */
import type { Migration } from "./migration.ts";

export interface RepeatableNames {
  readonly migration: Migration;
  readonly defines: readonly string[];
  readonly needs: readonly string[];
}

export interface RepeatableOrder {
  readonly order: Migration[];
  /** One per cycle; its members run by name. */
  readonly warnings: string[];
}

export function orderRepeatables(items: readonly RepeatableNames[]): RepeatableOrder {
  const before = findPredecessors(items);
  const remaining = new Set(items.toSorted(byName));
  const order: Migration[] = [];
  const warnings: string[] = [];
  const take = (item: RepeatableNames): void => {
    order.push(item.migration);
    remaining.delete(item);
    for (const predecessors of before.values()) predecessors.delete(item);
  };
  while (remaining.size > 0) {
    const ready = firstWhere(remaining, (item) => before.get(item)?.size === 0);
    if (ready) {
      take(ready);
      continue;
    }
    const cycle = [...firstCycle(remaining, before)].toSorted(byName);
    const names = cycle.map((item) => `\`${item.migration.id}\``).join(", ");
    warnings.push(
      `The repeatable migrations ${names} need each other in a circle; they run in the order of their names.`,
    );
    for (const item of cycle) take(item);
  }
  return { order, warnings };
}

type Predecessors = Map<RepeatableNames, Set<RepeatableNames>>;

function findPredecessors(items: readonly RepeatableNames[]): Predecessors {
  const definers = new Map<string, RepeatableNames[]>();
  for (const item of items) {
    for (const name of item.defines) definers.set(name, [...(definers.get(name) ?? []), item]);
  }
  const before: Predecessors = new Map();
  for (const item of items) {
    const found = new Set(item.needs.flatMap((name) => definers.get(name) ?? []));
    // A recursive view or function needs itself; that says nothing about the order.
    found.delete(item);
    before.set(item, found);
  }
  return before;
}

/**
 * The cycle that waits for nothing outside itself. The smallest set of items that one item waits for
 * is such a cycle: every member waits for the whole set, or its own set would be smaller.
 */
function firstCycle(
  remaining: ReadonlySet<RepeatableNames>,
  before: Predecessors,
): ReadonlySet<RepeatableNames> {
  let smallest: ReadonlySet<RepeatableNames> = remaining;
  for (const item of remaining) {
    const found = new Set<RepeatableNames>();
    const waiting = [...(before.get(item) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      waiting.push(...(before.get(next) ?? []));
    }
    if (found.size < smallest.size) smallest = found;
  }
  return smallest;
}

function firstWhere<T>(items: Iterable<T>, test: (item: T) => boolean): T | undefined {
  for (const item of items) if (test(item)) return item;
  return undefined;
}

function byName(a: RepeatableNames, b: RepeatableNames): number {
  return a.migration.name < b.migration.name ? -1 : a.migration.name > b.migration.name ? 1 : 0;
}
