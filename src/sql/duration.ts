/** Durations as PostgreSQL's settings have them: a bare number is milliseconds. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
};

/** PostgreSQL keeps timeouts in 32 bits; a larger value would be refused by the server. */
const LONGEST_MS = 2_147_483_647;

/** Milliseconds; undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.replace(/^'(.*)'$/, "$1"));
  const factor = match === null ? undefined : UNITS[match[2]!];
  if (match === null || factor === undefined) return undefined;
  const ms = Math.round(Number(match[1]) * factor);
  return ms <= LONGEST_MS ? ms : undefined;
}
