import type { LockFacts } from "./lock-facts.ts";
import type { LongWork } from "../lint/finding.ts";

export function workOfCase(
  _facts: LockFacts,
  id: string,
): Readonly<Record<string, readonly LongWork[]>> | undefined {
  return { target: [id.includes("index") ? "index-build" : "rewrite"] };
}
