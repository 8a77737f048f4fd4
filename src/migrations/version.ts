/**
 * Versions. In the native format they are whole numbers of any length: `1`, `007`,
 * `20240131120000`. They are kept as text, never as `number`, because a timestamp with a suffix
 * passes 2^53 and would lose its last digits. Other tools have versions with dots (`1.10`) and
 * without any number; text holds those too.
 */
import type { Version } from "./migration.ts";

/** The version without leading zeros, or undefined when the text is not only ASCII digits. */
export function parseVersion(text: string): Version | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  return text.replace(/^0+(?=[0-9])/, "") as Version;
}

/**
 * Negative, zero or positive. Runs of digits compare as numbers: `9` is before `10`, and `1.9`
 * before `1.10`; everything else by code units, so that the order is the same on every machine.
 */
export function compareVersions(a: Version, b: Version): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(j);
    if (!isDigit(left) || !isDigit(right)) {
      if (left !== right) return left - right;
      i += 1;
      j += 1;
      continue;
    }
    const endOfLeft = endOfDigits(a, i);
    const endOfRight = endOfDigits(b, j);
    i = skipZeros(a, i, endOfLeft);
    j = skipZeros(b, j, endOfRight);
    // Without leading zeros the longer run is the greater number.
    const longer = endOfLeft - i - (endOfRight - j);
    if (longer !== 0) return longer;
    for (; i < endOfLeft; i += 1, j += 1) {
      const difference = a.charCodeAt(i) - b.charCodeAt(j);
      if (difference !== 0) return difference;
    }
  }
  const rest = a.length - i - (b.length - j);
  // `01` and `1` are the same number and still two texts, which must not count as one.
  return rest !== 0 ? rest : a < b ? -1 : a > b ? 1 : 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && isDigit(text.charCodeAt(at))) at += 1;
  return at;
}

function skipZeros(text: string, from: number, end: number): number {
  let at = from;
  while (at < end - 1 && text.charCodeAt(at) === 48) at += 1;
  return at;
}

/** The greatest of several versions, or undefined when there is none. */
export function greatestVersion(versions: readonly Version[]): Version | undefined {
  let greatest: Version | undefined;
  for (const version of versions) {
    if (greatest === undefined || compareVersions(version, greatest) > 0) greatest = version;
  }
  return greatest;
}
