/** A report in Markdown of limited length: the summary, a table for each severity, the advice. */
import { SEVERITIES, type Finding, type Severity } from "../finding.ts";
import type { LintResult, ReportContext } from "../result.ts";
import { slashed } from "../slashed.ts";
import { cell, code } from "./markdown-text.ts";
import { counted, longWorkSentence, remarks, summaryLine } from "./summary.ts";

export interface MarkdownOptions {
  /** Characters, in UTF-16 units: never fewer than what the receiver counts. */
  readonly limit: number;
  readonly heading: string;
  /** The first line, where there is to be one. */
  readonly marker?: string;
}

const TITLES = { error: "Errors", warning: "Warnings", info: "Infos" } as const satisfies Record<
  Severity,
  string
>;

/** Room for the sentence about what was left out. */
const RESERVE = 300;

export function renderMarkdown(
  result: LintResult,
  context: ReportContext,
  options: MarkdownOptions,
): string {
  const page = createPage(options.limit - RESERVE);
  if (options.marker !== undefined) page.add(options.marker);
  page.add(`## ${options.heading}`, "", `${summaryLine(result)}.`);
  for (const remark of remarks(result)) page.add("", `- ${cell(remark)}`);
  const shown = new Set<string>();
  let left = 0;
  for (const severity of SEVERITIES) {
    const findings = result.findings.filter((finding) => finding.severity === severity);
    left += addTable(page, severity, findings, shown);
  }
  if (left === 0) for (const rule of shown) addAdvice(page, rule, context);
  if (left > 0) {
    page.force(
      "",
      `${counted(left, "finding")} more ${left === 1 ? "does" : "do"} not fit here; \`lockstep lint\` shows all of them.`,
    );
  }
  return `${page.text()}\n`;
}

/** Returns how many findings did not fit. */
function addTable(
  page: Page,
  severity: Severity,
  findings: readonly Finding[],
  shown: Set<string>,
): number {
  if (findings.length === 0) return 0;
  const head = ["", `### ${TITLES[severity]} (${findings.length})`, ""];
  const columns = ["| place | rule | what happens |", "| --- | --- | --- |"];
  const rows = findings.map(row);
  // A heading without a row says nothing.
  if (!page.add(...head, ...columns, rows[0]!)) return findings.length;
  shown.add(findings[0]!.rule);
  for (let index = 1; index < rows.length; index++) {
    if (!page.add(rows[index]!)) return rows.length - index;
    shown.add(findings[index]!.rule);
  }
  return 0;
}

function row(finding: Finding): string {
  const place = code(`${slashed(finding.file)}:${finding.line}:${finding.column}`);
  const longWork = longWorkSentence(finding);
  const message =
    longWork === undefined ? finding.message : `${finding.message} Long work: ${longWork}.`;
  return `| ${place} | ${code(finding.rule)} | ${cell(message)} |`;
}

function addAdvice(page: Page, id: string, context: ReportContext): void {
  const rule = context.rules(id);
  if (rule === undefined) return;
  // The texts of a rule are Markdown of ours.
  page.add(
    "",
    `<details><summary>${id}: what to do</summary>`,
    "",
    rule.why,
    "",
    rule.instead,
    "",
    "</details>",
  );
}

interface Page {
  /** All of the lines or none of them; says which. */
  add(...lines: readonly string[]): boolean;
  /** Whatever the limit says. */
  force(...lines: readonly string[]): void;
  text(): string;
}

function createPage(limit: number): Page {
  const lines: string[] = [];
  let length = 0;
  const force = (...added: readonly string[]): void => {
    lines.push(...added);
    length += lengthOf(added);
  };
  return {
    add(...added) {
      if (length + lengthOf(added) > limit) return false;
      force(...added);
      return true;
    },
    force,
    text: () => lines.join("\n"),
  };
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
