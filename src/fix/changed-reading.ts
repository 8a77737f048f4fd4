/** How SQL is got out of a file of another tool, after edits of that SQL. */
import type { Reading } from "../migrations/migration.ts";

export interface HasReading {
  readonly reading?: Reading;
}

/** The part of the file that is SQL grows and shrinks with it; what is behind it only moves. */
export function changedReading({ reading }: HasReading, before: number, after: number): HasReading {
  if (reading?.range === undefined) return reading === undefined ? {} : { reading };
  const { start, end } = reading.range;
  return { reading: { ...reading, range: { start, end: end + after - before } } };
}
