/**
 * The comment at the top of a file that `--fix` wrote. It is for people and for `--fix` itself: a
 * file that has it is part of a sequence already and is not taken apart again. The directive that
 * holds a file back until old code is gone stands below it (lay-out.ts).
 */
import type { PlannedFile } from "./recipe.ts";

const MARK = "lockstep-phase:";

export function isPhased(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
  return /^\s*(?:--|\/\/) lockstep-phase:/.test(bytes.toString("utf8", start, start + 200));
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

export interface PlaceInPlan {
  /** 1-based. */
  readonly number: number;
  readonly count: number;
  /** What the whole is: "NOT NULL on users.email". */
  readonly of: string;
}

export function phaseComment(
  { phase, before, deployBoundaryBefore, language }: PlannedFile,
  { number, count, of }: PlaceInPlan,
  allow: readonly string[],
): string {
  const lines = [`${MARK} ${phase} ${number}/${count} of ${of}`];
  if (before !== undefined)
    lines.push(`${deployBoundaryBefore ? "Deploy before" : "Before"}: ${before}`);
  if (allow.length > 0) {
    const rules = allow.join(", ");
    lines.push(`lockstep:allow-file ${rules} This is step ${number} of ${count}, in its order.`);
  }
  const sign = language === "ts" ? "//" : "--";
  return lines.map((line) => `${sign} ${line.replaceAll(/\s+/g, " ")}\n`).join("");
}
