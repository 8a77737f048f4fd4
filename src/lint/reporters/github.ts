/**
 * Workflow commands of GitHub Actions: a line each, which the runner takes out of the log and shows
 * beside the line of the file.
 */
import type { Finding, Severity } from "../finding.ts";
import type { LintResult } from "../result.ts";
import { slashed } from "../slashed.ts";
import type { Reporter } from "./reporter.ts";
import { longWorkSentence, remarks, summaryLine } from "./summary.ts";

const COMMANDS = { error: "error", warning: "warning", info: "notice" } as const satisfies Record<
  Severity,
  string
>;

export const reportGithub: Reporter = (result) =>
  [...result.findings.map(annotation), ...closing(result)].map((line) => `${line}\n`).join("");

function annotation(finding: Finding): string {
  const oneLine = finding.line === finding.endLine;
  const properties = {
    file: slashed(finding.file),
    line: finding.line,
    // The runner drops columns, with a complaint, where the place has several lines.
    ...(oneLine && { col: finding.column }),
    endLine: finding.endLine,
    ...(oneLine && { endColumn: finding.endColumn }),
    title: finding.rule,
  };
  const listed = Object.entries(properties)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(",");
  return `::${COMMANDS[finding.severity]} ${listed}::${escapeData(messageOf(finding))}`;
}

function messageOf(finding: Finding): string {
  const longWork = longWorkSentence(finding);
  return longWork === undefined ? finding.message : `${finding.message}\nLong work: ${longWork}.`;
}

/** Plain lines of the log: they must not begin as a command does. */
function closing(result: LintResult): string[] {
  return [
    ...remarks(result).map((remark) => `::warning::${escapeData(remark)}`),
    summaryLine(result),
  ];
}

/** As GitHub's own toolkit writes the text of a command. */
export function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** As GitHub's own toolkit writes a property of a command. */
export function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
