/**
 * Versions are whole numbers of any length: `1`, `007`, `20240131120000`. They are kept as digits,
 * never as `number`, because a timestamp with a suffix passes 2^53 and would lose its last digits.
 */
import type { Version } from "./migration.ts";

/** The version without leading zeros, or undefined when the text is not only ASCII digits. */
export function parseVersion(text: string): Version | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  return text.replace(/^0+(?=[0-9])/, "") as Version;
}

/** Negative, zero or positive, in numeric order: `9` is before `10`. */
export function compareVersions(a: Version, b: Version): number {
  // Without leading zeros the longer text is the greater number.
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The greatest of several versions, or undefined when there is none. */
export function greatestVersion(versions: readonly Version[]): Version | undefined {
  let greatest: Version | undefined;
  for (const version of versions) {
    if (greatest === undefined || compareVersions(version, greatest) > 0) greatest = version;
  }
  return greatest;
}
