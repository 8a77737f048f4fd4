/** Verdicts on one side, what servers do on the other. */
import type { MeasuredTruth } from "./truth-file.ts";

/** What lint is meant to reach on statements of any kind. */
export const GOAL = { precision: 0.95, recall: 0.98 } as const;

export interface Figures {
  /** Long work that is announced. */
  readonly found: number;
  /** Long work that is not announced. */
  readonly missed: readonly string[];
  /** Announced, and the server does none. */
  readonly wrong: readonly string[];
  /** Neither announced nor done. */
  readonly silent: number;
  /** The server refuses these, so that nothing is true of them. */
  readonly refused: readonly string[];
  /** Of what is announced, how much is true; 1 when nothing is. */
  readonly precision: number;
  /** Of what is true, how much is announced. */
  readonly recall: number;
}

/** `verdicts`: case id -> whether long work is announced. */
export function compare(truth: MeasuredTruth, verdicts: ReadonlyMap<string, boolean>): Figures {
  const missed: string[] = [];
  const wrong: string[] = [];
  const refused: string[] = [];
  let found = 0;
  let silent = 0;
  for (const [id, verdict] of verdicts) {
    const real = truth.get(id);
    if (real === undefined) throw new Error(`nothing was measured of \`${id}\``);
    if (real.error !== undefined) refused.push(id);
    else if (real.positive && verdict) found++;
    else if (real.positive) missed.push(id);
    else if (verdict) wrong.push(id);
    else silent++;
  }
  return {
    found,
    missed,
    wrong,
    silent,
    refused,
    precision: share(found, wrong.length),
    recall: share(found, missed.length),
  };
}

function share(good: number, bad: number): number {
  return good + bad === 0 ? 1 : good / (good + bad);
}

/** `.982`; rounded down, so that only what is perfect looks so. */
export function shareText(value: number): string {
  return value === 1 ? "1" : `.${String(Math.floor(value * 1000)).padStart(3, "0")}`;
}
