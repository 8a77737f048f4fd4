/** Durations as people write them: `250ms`, `5s`, `10m`, `1h`; a bare number is milliseconds. */
import { Failure } from "../failures/failure.ts";

export type Duration = string | number;

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** PostgreSQL's timeouts and Node's timers are signed 32-bit milliseconds: 24.8 days. */
const MAX_MS = 2_147_483_647;

/** Whole milliseconds, or undefined when the text is no duration. */
export function readDuration(value: Duration): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?\s*$/.exec(String(value));
  if (!match) return undefined;
  const unit = (match[2] ?? "ms") as keyof typeof UNIT_MS;
  const ms = Math.round(Number(match[1]) * UNIT_MS[unit]);
  return ms <= MAX_MS ? ms : undefined;
}

/** The same, with a failure that names where the value is from: `--lock-wait`, `LOCKSTEP_BUDGET`. */
export function parseDuration(value: Duration, from: string): number {
  const ms = readDuration(value);
  if (ms !== undefined) return ms;
  throw new Failure({
    class: "config.invalid",
    what: `${from} is \`${value}\`, which is not a duration.`,
    action: "Write a number with a unit, like `250ms`, `5s`, `10m` or `1h`; at most `24d`.",
  });
}
