/**
 * Repetitions of several contenders in turn, so that whatever else the machine does hits all of
 * them alike. The best of each is compared: noise only ever adds.
 */
import type { Measurement } from "./measure.ts";

export interface Runner {
  readonly label: string;
  readonly note?: string;
  /** One repetition, with everything that must not be measured done before it. */
  run(): Promise<Measurement>;
  /** Fewer repetitions for those that take seconds. */
  readonly slow?: boolean;
}

export interface Best extends Measurement {
  readonly label: string;
  readonly note: string;
  readonly runs: number;
}

export async function interleave(
  runners: readonly Runner[],
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Best[]> {
  const all = runners.map((): Measurement[] => []);
  const failed = new Map<number, string>();
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    for (const [index, runner] of runners.entries()) {
      if (failed.has(index) || (runner.slow && round >= 3)) continue;
      try {
        all[index]!.push(await runner.run());
      } catch (error) {
        failed.set(index, error instanceof Error ? error.message : String(error));
        progress(`${runner.label} failed: ${failed.get(index)}`);
      }
    }
  }
  return runners.flatMap(({ label, note = "" }, index) => {
    const runs = all[index]!;
    // Left out rather than shown with numbers of the runs before it failed.
    if (failed.has(index) || runs.length === 0) return [];
    return {
      label,
      note,
      runs: runs.length,
      wallMs: Math.min(...runs.map((one) => one.wallMs)),
      cpuMs: Math.min(...runs.map((one) => one.cpuMs)),
    };
  });
}

/** The row with this label; a benchmark without it has nothing to compare with. */
export function named(rows: readonly Best[], label: string): Best {
  const row = rows.find((one) => one.label === label);
  if (!row) throw new Error(`no result for ${label}`);
  return row;
}
