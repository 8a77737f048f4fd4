/**
 * How long work on a gigabyte takes: measured by scripts/measure-rates.ts on a sandbox, and never
 * edited. Another machine is another matter, which calibrate.ts is about.
 */
import type { WorkKind } from "../locks/lock-facts.ts";

/** A build CONCURRENTLY reads the table twice, and waits for others in between. */
export type RateKind = WorkKind | "index-build-concurrently";

export interface Rate {
  /** Number of measurements. */
  readonly n: number;
  /** Seconds per gigabyte of the table's own pages. */
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

export interface Rates {
  /** Where and on what they were measured, in words. */
  readonly measured: string;
  readonly secondsPerGigabyte: Readonly<Record<RateKind, Rate>>;
}

export const GIGABYTE = 2 ** 30;

export async function loadRates(): Promise<Rates> {
  const file = await import("./facts/rates.json", { with: { type: "json" } });
  return file.default;
}
