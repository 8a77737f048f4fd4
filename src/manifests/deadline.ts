/** How long a Job may take, out of what the runner itself waits for. All in seconds. */
import type { RunnerSettings } from "../config/runner-defaults.ts";

/** The pauses of the Job controller between attempts: 10 s, doubled each time, at most 6 minutes. */
const FIRST_PAUSE_S = 10;
const LONGEST_PAUSE_S = 360;

export type Waits = Pick<RunnerSettings, "connectWaitMs" | "lockWaitMs" | "budgetMs">;

export interface Deadline {
  readonly seconds: number;
  /** What it is the sum of, for the comment beside it. */
  readonly sum: string;
}

/**
 * The deadline is over everything that may still succeed: each attempt may wait for the connection,
 * for another runner and for its locks, and one of them does the longest migration.
 */
export function jobDeadline(
  waits: Waits,
  backoffLimit: number,
  longestMigrationMs: number,
): Deadline {
  const attempts = backoffLimit + 1;
  const wait = attemptSeconds(waits);
  const work = seconds(longestMigrationMs);
  const pauses = Array.from({ length: backoffLimit }, (_, index) =>
    Math.min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** index),
  ).reduce((sum, one) => sum + one, 0);
  const total = attempts * wait + pauses + work;
  return {
    seconds: Math.ceil(total / 60) * 60,
    sum: `${attempts} × (${parts(waits)}) + ${pauses} s between attempts + ${work} s of work`,
  };
}

/** A single attempt, for a pod that is not a Job's. */
export function attemptDeadline(waits: Waits, longestMigrationMs: number): Deadline {
  const work = seconds(longestMigrationMs);
  return {
    seconds: Math.ceil((attemptSeconds(waits) + work) / 60) * 60,
    sum: `${parts(waits)} + ${work} s of work`,
  };
}

function attemptSeconds({ connectWaitMs, lockWaitMs, budgetMs }: Waits): number {
  return seconds(connectWaitMs) + seconds(lockWaitMs) + seconds(budgetMs);
}

function parts({ connectWaitMs, lockWaitMs, budgetMs }: Waits): string {
  return `connectWait ${seconds(connectWaitMs)} s + lockWait ${seconds(lockWaitMs)} s + budget ${seconds(budgetMs)} s`;
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
