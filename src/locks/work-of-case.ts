/** The work that was measured for one case of a shape, for whoever knows what the catalog holds. */
import type { LockFacts, WorkByRole } from "./lock-facts.ts";

/**
 * `id` is `shape:case`, or `shape` for the union over its cases. Undefined: not measured on this
 * version. Empty: measured, and nothing was done that takes the longer the more rows there are.
 */
export function workOfCase(facts: LockFacts, id: string): WorkByRole | undefined {
  const measured = Object.hasOwn(facts, id) ? facts[id] : undefined;
  return measured && (measured.work ?? {});
}
