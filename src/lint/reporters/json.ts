/** The JSON form of a report. Its keys are an interface: docs/lint-output.md. */
import type { Finding } from "../finding.ts";
import type { LintResult } from "../result.ts";
import { createEditLocator, type LocateEdits } from "./edits.ts";
import type { Reporter } from "./reporter.ts";
import { countSeverities } from "./summary.ts";

export const reportJson: Reporter = (result, context) => {
  const locateEdits = createEditLocator(context);
  const report = {
    summary: summaryOf(result),
    findings: result.findings.map((finding) => findingOf(finding, locateEdits)),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
};

function summaryOf(result: LintResult): object {
  const counts = countSeverities(result.findings);
  return {
    errors: counts.error,
    warnings: counts.warning,
    infos: counts.info,
    files: result.files,
    statements: result.statements,
    suppressed: result.suppressed,
    baseline: result.baseline,
    version: result.version,
    runner: result.runner,
    unread: result.opaque,
    stale: result.stale,
    overBudget: result.overBudget,
  };
}

function findingOf(finding: Finding, locateEdits: LocateEdits): object {
  return {
    rule: finding.rule,
    kind: finding.kind,
    severity: finding.severity,
    longWork: finding.longWork,
    file: finding.file,
    line: finding.line,
    column: finding.column,
    endLine: finding.endLine,
    endColumn: finding.endColumn,
    message: finding.message,
    fix: fixOf(finding, locateEdits),
    statement: finding.statement,
    ...(finding.relation !== undefined && { relation: finding.relation }),
  };
}

function fixOf({ file, fix }: Finding, locateEdits: LocateEdits): object | null {
  const edits = fix === null ? undefined : locateEdits(file, fix);
  if (fix === null || edits === undefined) return null;
  return {
    title: fix.title,
    edits: edits.map(({ line, column, endLine, endColumn, newText }) => ({
      line,
      column,
      endLine,
      endColumn,
      newText,
    })),
    ...(fix.recipe !== undefined && { recipe: fix.recipe }),
  };
}
