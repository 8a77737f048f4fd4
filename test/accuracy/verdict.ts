/** The one place that knows how lint is called by the tests of this folder. */
import { lintFiles } from "../../src/lint/lint.ts";
import type { Finding, LongWork } from "../../src/lint/finding.ts";
import type { AccuracyCase } from "./read-cases.ts";

export interface Verdict {
  /** Long work is announced. */
  readonly positive: boolean;
  readonly work: readonly LongWork[];
  /** Ids of all rules that spoke, sorted. */
  readonly rules: readonly string[];
}

export interface NamedText {
  readonly path: string;
  readonly text: string;
}

const HISTORY = "1_history.sql";
const MIGRATION = "2_case.sql";

/** What lint says about the last file of `files`. */
export async function lintLast(
  files: readonly NamedText[],
  version: number,
): Promise<readonly Finding[]> {
  const { findings } = await lintFiles({
    files,
    report: files.slice(-1).map(({ path }) => path),
    version,
  });
  return findings;
}

export async function lintCase(one: AccuracyCase, version: number): Promise<Verdict> {
  const findings = await lintLast(
    [
      { path: HISTORY, text: one.history },
      { path: MIGRATION, text: one.sql },
    ],
    version,
  );
  const work = new Set(findings.flatMap(({ longWork }) => longWork ?? []));
  return {
    positive: work.size > 0,
    work: [...work].toSorted(),
    rules: [...new Set(findings.map(({ rule }) => rule))].toSorted(),
  };
}
