/**
 * How the properties run: bounded and with a fixed seed in CI, so that a red build can be repeated;
 * `LOCKSTEP_TEST_RUNS` and `LOCKSTEP_TEST_SEED` make a longer or another search. A counterexample
 * costs seconds to try, so shrinking is asked for by `LOCKSTEP_TEST_SHRINK=1`.
 */
import fc from "fast-check";

const DEFAULT_SEED = 20_260;

/** `share` of the runs goes to this property; at least two. */
export function parameters<T>(share: number): fc.Parameters<T> {
  const seed = Number(process.env["LOCKSTEP_TEST_SEED"] ?? DEFAULT_SEED);
  const runs = Number(process.env["LOCKSTEP_TEST_RUNS"] ?? 12);
  const numRuns = Math.max(2, Math.round(runs * share));
  process.stdout.write(`seed ${seed}, ${numRuns} runs\n`);
  return {
    seed,
    numRuns,
    endOnFailure: process.env["LOCKSTEP_TEST_SHRINK"] !== "1",
  };
}

/** Long enough for the number of runs that was asked for. */
export function timeoutMs(): number {
  return 120_000 + 10_000 * Number(process.env["LOCKSTEP_TEST_RUNS"] ?? 12);
}
