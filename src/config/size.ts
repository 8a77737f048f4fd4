/** Sizes as people write them: `50GB`, `1.5 TiB`; a bare number is bytes. */

const UNITS = ["", "k", "m", "g", "t", "p"];

/**
 * Bytes, or undefined when the text is no size. A unit is a power of 1024, with and without the `i`,
 * as PostgreSQL reads and prints it.
 */
export function readSize(value: string | number): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)i?b?\s*$/i.exec(String(value));
  if (!match) return undefined;
  return Math.round(Number(match[1]) * 1024 ** UNITS.indexOf(match[2]!.toLowerCase()));
}
