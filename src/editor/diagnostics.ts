/** Findings as a client shows them. */
import {
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type Range,
} from "vscode-languageserver/node";
import type { Finding } from "../lint/finding.ts";
import type { Places } from "./positions.ts";

export const SOURCE = "lockstep";

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const satisfies Record<Finding["severity"], DiagnosticSeverity>;

/** What a client greys out: it can go, and nothing changes. */
const UNNECESSARY: ReadonlySet<string> = new Set(["allow-unused", "null-constraint"]);

export function diagnosticOf(finding: Finding, places: Places): Diagnostic {
  return {
    range: rangeOf(finding, places),
    severity: SEVERITIES[finding.severity],
    code: finding.rule,
    source: SOURCE,
    message: finding.message,
    ...(UNNECESSARY.has(finding.rule) && { tags: [DiagnosticTag.Unnecessary] }),
  };
}

export function rangeOf(finding: Finding, places: Places): Range {
  return {
    start: places.atColumn(finding.line, finding.column),
    end: places.atColumn(finding.endLine, finding.endColumn),
  };
}

/** Ranges that only touch count: a caret has no width. */
export function touches(left: Range, right: Range): boolean {
  return !isBefore(left.end, right.start) && !isBefore(right.end, left.start);
}

function isBefore(left: Range["start"], right: Range["start"]): boolean {
  return left.line < right.line || (left.line === right.line && left.character < right.character);
}
