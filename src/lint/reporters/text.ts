/** What a terminal shows: the findings file by file, each with its lines, and the sum at the end. */
import { codeFrame, type FrameLine } from "../../failures/code-frame.ts";
import { displayWidth, printable } from "../../failures/display-width.ts";
import { redactedLines } from "../../failures/render.ts";
import type { Finding, Severity } from "../finding.ts";
import type { LintResult, ReportContext, ReportPaint } from "../result.ts";
import type { Reporter } from "./reporter.ts";
import { byFile, longWorkSentence, remarks, summaryLine } from "./summary.ts";
import { wrap } from "./wrap.ts";

const INDENT = "  ";
/** Text is hard to read in longer lines, however wide the terminal is. */
const WIDEST = 100;
const NARROWEST = 40;
/** A frame is not narrowed further: less shows nothing. */
const NARROWEST_FRAME = 16;

export const reportText: Reporter = (result, context) => {
  const advised = new Map<string, string>();
  const blocks = byFile(result.findings).flatMap(([file, findings]) => [
    context.paint.bold(printable(file)),
    ...findings.map((finding) => block(finding, context, advised).join("\n")),
  ]);
  return `${[...blocks, closing(result, context)].join("\n\n")}\n`;
};

function block(finding: Finding, context: ReportContext, advised: Map<string, string>): string[] {
  const { paint } = context;
  const place = `${printable(finding.file)}:${finding.line}:${finding.column}`;
  return [
    `${severityWord(finding.severity, paint)} ${paint.bold(finding.rule)}  ${paint.cyan(place)}`,
    ...paragraph(finding.message, context),
    ...frame(finding, context),
    ...labelled("Long work", sentence(longWorkSentence(finding)), context),
    ...labelled("Do", advice(finding, place, context, advised), context),
  ];
}

function severityWord(severity: Severity, paint: ReportPaint): string {
  switch (severity) {
    case "error":
      return paint.red("error");
    case "warning":
      return paint.yellow("warning");
    case "info":
      return paint.cyan("info");
  }
}

/** The fix if there is one; else what the rule says, once in a report. */
function advice(
  { fix, rule }: Finding,
  place: string,
  context: ReportContext,
  advised: Map<string, string>,
): string | undefined {
  if (fix !== null) return `${fix.title} (\`lockstep lint --fix\`).`;
  const earlier = advised.get(rule);
  if (earlier !== undefined) return `as at ${earlier}.`;
  const instead = context.rules(rule)?.instead;
  if (instead !== undefined) advised.set(rule, place);
  return instead;
}

function sentence(words: string | undefined): string | undefined {
  return words === undefined ? undefined : `${words}.`;
}

function paragraph(text: string, context: ReportContext): string[] {
  return wrap(printable(text), textWidth(context)).map(indented);
}

function labelled(label: string, text: string | undefined, context: ReportContext): string[] {
  if (text === undefined) return [];
  // The label is coloured after the lines are made, so that no width counts its colours.
  const [first = "", ...rest] = wrap(`${label}: ${printable(text)}`, textWidth(context));
  const coloured = context.paint.bold(`${label}:`) + first.slice(label.length + 1);
  return [coloured, ...rest].map(indented);
}

function textWidth({ width }: ReportContext): number {
  return Math.max(NARROWEST, Math.min(width, WIDEST)) - INDENT.length;
}

function indented(line: string): string {
  return line === "" ? "" : INDENT + line;
}

function frame(finding: Finding, context: ReportContext): string[] {
  const text = context.source(finding.file);
  if (text === undefined) return [];
  const lines = redactedLines(text.replace(/^\uFEFF/, ""), finding.line);
  const { paint } = context;
  return narrowFrame(lines, finding, context.width).map(({ gutter, text: shown, kind }) => {
    const bar = paint.dim(`${INDENT}${gutter} |`);
    if (shown === "") return bar;
    return `${bar} ${kind === "caret" ? paint.red(shown) : shown}`;
  });
}

/** Wide letters and tabs take more columns than code points: then fewer of them are shown. */
function narrowFrame(
  lines: ReadonlyMap<number, string>,
  place: Finding,
  width: number,
): FrameLine[] {
  const around = INDENT.length + String(place.line + 1).length + " | ".length;
  const columns = Math.max(NARROWEST, width) - around;
  // One or two ellipses may come on top.
  for (let points = Math.min(columns - 2, 120); ; points = Math.floor((points * 3) / 4)) {
    const shown = codeFrame(lines, place, points);
    const widest = Math.max(0, ...shown.map(({ text }) => displayWidth(text)));
    if (widest <= columns || points <= NARROWEST_FRAME) return shown;
  }
}

function closing(result: LintResult, context: ReportContext): string {
  const { paint } = context;
  const lines = remarks(result).flatMap((remark) =>
    wrap(`- ${printable(remark)}`, textWidth(context)),
  );
  const summary = summaryLine(result);
  const failed = result.findings.some(({ severity }) => severity === "error");
  return [...lines, failed ? paint.red(summary) : paint.bold(summary)].join("\n");
}
