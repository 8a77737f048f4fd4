/** The three ways in which a trace speaks of a statement. Pure. */
import type { Failure } from "../failures/failure.ts";
import type { Observation } from "./observe.ts";
import { forPeople } from "./relation-names.ts";
import type { Outcome, TracedStatement } from "./result.ts";
import type { Recorded } from "./step-locks.ts";

/** What a prepared statement has, and what the query of a module is given. */
export interface Described {
  readonly ordinal: number;
  readonly line: number;
  readonly summary: string;
}

export function traced(
  statement: Described,
  { proofs, durationMs, changed }: Pick<Observation, "proofs" | "durationMs" | "changed">,
  { locks, work }: Recorded,
): TracedStatement {
  return {
    ...head(statement, "traced"),
    locks,
    work,
    proofs,
    durationMs: rounded(durationMs),
    changed: {
      created: changed.created.map(forPeople),
      dropped: changed.dropped.map(forPeople),
      altered: changed.altered.map(forPeople),
    },
  };
}

export function untraced(statement: Described, reason: string): TracedStatement {
  return { ...head(statement, "untraced"), ...NOTHING, reason };
}

export function failed(statement: Described, failure: Failure): TracedStatement {
  return {
    ...head(statement, "failed"),
    ...NOTHING,
    reason: failure.server?.message ?? failure.what,
  };
}

/** Two decimals: a sandbox is no place to measure microseconds. */
export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

const NOTHING = {
  locks: [],
  work: [],
  proofs: [],
  durationMs: 0,
  changed: { created: [], dropped: [], altered: [] },
} as const;

function head({ ordinal, line, summary }: Described, outcome: Outcome) {
  return { ordinal, line, summary, outcome };
}
