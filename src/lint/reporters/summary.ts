/** What formats for people have in common: numbers, their words, and an order. */
import { SEVERITIES, type Finding, type LongWork, type Severity } from "../finding.ts";
import type { LintResult } from "../result.ts";

export type Counts = Readonly<Record<Severity, number>>;

export function countSeverities(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `3 errors, 1 warning in 2 files; 1 suppressed`. */
export function summaryLine(result: LintResult): string {
  const counts = countSeverities(result.findings);
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    counted(counts[severity], severity),
  );
  const hit = new Set(result.findings.map(({ file }) => file)).size;
  const found =
    parts.length === 0
      ? `No findings in ${counted(result.files, "file")}`
      : `${parts.join(", ")} in ${counted(hit, "file")}`;
  const hidden = [
    ...(result.suppressed > 0 ? [`${result.suppressed} suppressed`] : []),
    ...(result.baseline > 0 ? [`${result.baseline} in the baseline`] : []),
  ];
  return hidden.length === 0 ? found : `${found}; ${hidden.join(", ")}`;
}

/** What is to be known besides the findings, a sentence each. */
export function remarks(result: LintResult): string[] {
  return [
    ...result.opaque.map(
      ({ file, line, reason }) =>
        `What cannot be read at ${file}:${line} was not checked: ${reason}`,
    ),
    ...result.stale.map(
      ({ rule, file, missing }) =>
        `The baseline has ${counted(missing, "finding")} of \`${rule}\` in ${file} that ${missing === 1 ? "is" : "are"} gone; write it anew with \`lockstep lint --write-baseline\`.`,
    ),
    ...result.overBudget.map(
      ({ budget, allowed, found }) =>
        `The budget of \`${budget}\` is ${allowed}, and there are ${found}.`,
    ),
  ];
}

/** What a table suffers, in words, without a full stop. */
export const LONG_WORK_WORDS: Readonly<Record<LongWork, string>> = {
  rewrite: "the whole table is rewritten under the lock",
  scan: "the whole table is read under the lock",
  "index-build": "an index is built under the lock",
  "fk-validation": "every row is checked against the other table under the lock",
};

export function longWorkSentence({ longWork, relation }: Finding): string | undefined {
  if (longWork === null) return undefined;
  const words = LONG_WORK_WORDS[longWork];
  return relation === undefined ? words : `${words} on \`${relation}\``;
}

/** By file in the order of their first finding, each with its findings by place. */
export function byFile(findings: readonly Finding[]): [file: string, findings: Finding[]][] {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const list = files.get(finding.file);
    if (list === undefined) files.set(finding.file, [finding]);
    else list.push(finding);
  }
  return [...files].map(([file, list]) => [file, list.toSorted(byPlace)]);
}

function byPlace(left: Finding, right: Finding): number {
  return left.line - right.line || left.column - right.column;
}
