/** The one place that knows how lint is called by the tests of this folder. */
import { lint, type LintFile } from "../../src/lint/lint.ts";
import type { Finding, LongWork } from "../../src/lint/finding.ts";
import type { AccuracyCase } from "./read-cases.ts";

export interface Verdict {
  /** Long work is announced. */
  readonly positive: boolean;
  readonly work: readonly LongWork[];
  /** Ids of all rules that spoke, sorted. */
  readonly rules: readonly string[];
}

const HISTORY = "1_history.sql";
const MIGRATION = "2_case.sql";

/** What lint says about the files of `report`; the others are history. */
export async function findingsOf(
  files: readonly LintFile[],
  report: readonly string[],
  version: number,
): Promise<readonly Finding[]> {
  return (await lint({ files, report, version })).findings;
}

export async function lintCase(one: AccuracyCase, version: number): Promise<Verdict> {
  const findings = await findingsOf(
    [
      { path: HISTORY, text: one.history },
      { path: MIGRATION, text: one.sql },
    ],
    [MIGRATION],
    version,
  );
  const work = new Set(findings.flatMap(({ longWork }) => longWork ?? []));
  return {
    positive: work.size > 0,
    work: [...work].toSorted(),
    rules: [...new Set(findings.map(({ rule }) => rule))].toSorted(),
  };
}
