/**
 * The edits of findings, applied to the bytes of their file. Pure.
 *
 * E1 The edits of one fix are applied together or not at all.
 * E2 What overlaps with an edit that was taken is left for the next pass, in which offsets are new.
 * E3 All other bytes stay as they are: BOM, line endings, letters of more than one byte.
 */
import type { Edit } from "../lint/finding.ts";

export interface EditedFile {
  readonly bytes: Buffer;
  /** How many fixes were applied. */
  readonly applied: number;
  /** How many stood in the way of another one. */
  readonly left: number;
}

const CRLF = Buffer.from("\r\n");

export function applyEdits(bytes: Buffer, fixes: readonly (readonly Edit[])[]): EditedFile {
  const taken: Edit[] = [];
  let applied = 0;
  let left = 0;
  for (const fix of fixes) {
    const fresh = fix.filter((edit) => !taken.some((other) => sameEdit(edit, other)));
    if (fresh.some((edit) => !isWithin(edit, bytes) || taken.some((one) => overlap(edit, one)))) {
      left++;
      continue;
    }
    taken.push(...fresh);
    applied++;
  }
  // Sorting is stable: several texts at one place keep the order of their fix.
  const ordered = taken.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const windows = bytes.includes(CRLF);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of ordered) {
    parts.push(bytes.subarray(at, start));
    parts.push(Buffer.from(windows ? text.replaceAll(/\r?\n/g, "\r\n") : text));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return { bytes: Buffer.concat(parts), applied, left };
}

function isWithin({ start, end }: Edit, bytes: Buffer): boolean {
  return start >= 0 && start <= end && end <= bytes.length;
}

function sameEdit(a: Edit, b: Edit): boolean {
  return a.start === b.start && a.end === b.end && a.text === b.text;
}

/** Two insertions at one place overlap: nobody knows which comes first. */
function overlap(a: Edit, b: Edit): boolean {
  if (a.start === b.start) return true;
  return a.start < b.end && b.start < a.end;
}
