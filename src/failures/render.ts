/**
 * A failure as people read it on a terminal, at three in the morning if need be: first which class
 * and what happened, then the place and the server's own words, last the state and what to do —
 * the last lines are the ones that stay in view.
 */
import { styleText } from "node:util";
import { codeFrame, linesAround, placeOf, type FrameLine } from "./code-frame.ts";
import { printable } from "./display-width.ts";
import type { Failure, ServerError, SourceLocation } from "./failure.ts";
import { redactInPlace } from "./redact.ts";

export interface RenderOptions {
  readonly color: boolean;
  /** The text of a file, for the lines around the place; undefined when it cannot be read. */
  readonly sourceText?: (file: string) => string | undefined;
}

type Style = "strong" | "error" | "faint" | "accent";
type Paint = (style: Style, text: string) => string;

const STYLES = {
  strong: "bold",
  error: "red",
  faint: "dim",
  accent: "cyan",
} as const satisfies Record<Style, string>;

/** Without a newline at the end. */
export function renderFailure(failure: Failure, options: RenderOptions): string {
  const paint = painter(options.color);
  const blocks = [
    heading(failure, paint),
    failure.location ? place(failure.location, options, paint) : "",
    failure.server ? serverWords(failure.server, paint) : "",
    failure.notes.map((note) => `- ${indent(printable(note), 2)}`).join("\n"),
    guidance(failure, paint),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function painter(color: boolean): Paint {
  if (!color) return (_style, text) => text;
  // The caller has decided for its own stream; styleText would look at stdout.
  return (style, text) => styleText(STYLES[style], text, { validateStream: false });
}

function heading(failure: Failure, paint: Paint): string {
  const migration = failure.migration === undefined ? "" : ` in ${printable(failure.migration)}`;
  return [
    paint("error", `${failure.class} (exit ${failure.exitCode})`) + migration,
    paint("strong", printable(failure.what)),
  ].join("\n");
}

function place(location: SourceLocation, options: RenderOptions, paint: Paint): string {
  const where = `${printable(location.file)}:${location.line}:${location.column}`;
  const frame = codeFrame(sourceLines(location, options), location);
  return [paint("accent", where), ...frame.map((line) => frameLine(line, paint))].join("\n");
}

/** The location's own line wins: the file may have a BOM, or be another one by now. */
function sourceLines(location: SourceLocation, options: RenderOptions): Map<number, string> {
  const text = options.sourceText?.(location.file);
  const lines = text === undefined ? new Map<number, string>() : redactedLines(text, location.line);
  const own = location.lineText;
  const fromFile = lines.get(location.line);
  if (own !== undefined && (fromFile === undefined || fromFile.length !== own.length)) {
    lines.set(location.line, own);
  }
  return lines;
}

/** Redacted as one text, because a password may stand on the line after its keyword. */
export function redactedLines(text: string, line: number): Map<number, string> {
  const lines = linesAround(text, line);
  const clean = redactInPlace([...lines.values()].join("\n")).split("\n");
  return new Map([...lines.keys()].map((number, index) => [number, clean[index] ?? ""]));
}

function frameLine(line: FrameLine, paint: Paint): string {
  const gutter = paint("faint", `  ${line.gutter} |`);
  if (line.text === "") return gutter;
  return `${gutter} ${line.kind === "caret" ? paint("error", line.text) : line.text}`;
}

function serverWords(server: ServerError, paint: Paint): string {
  const severity = server.severity ?? "ERROR";
  const lines = [
    `${paint("faint", "Server:")} ${severity} ${server.sqlstate}: ${indent(printable(server.message), 2)}`,
  ];
  const fields = [
    ["Detail", server.detail],
    ["Hint", server.hint],
    ["Context", server.where],
  ] as const;
  for (const [label, text] of fields) {
    if (text === undefined) continue;
    lines.push(`  ${paint("faint", `${label}:`)} ${indent(printable(text), 4)}`);
  }
  if (server.internalQuery !== undefined) lines.push(...internalFrame(server, paint));
  return lines.join("\n");
}

/** The query inside a function, where the error really is. */
function internalFrame(server: ServerError, paint: Paint): string[] {
  const query = server.internalQuery ?? "";
  const position = placeOf(query, server.internalPosition ?? 1);
  const frame = codeFrame(linesAround(query, position.line), position);
  return [`  ${paint("faint", "In the query:")}`, ...frame.map((line) => frameLine(line, paint))];
}

function guidance(failure: Failure, paint: Paint): string {
  return [
    `${paint("strong", "State now:")} ${indent(printable(failure.state), 2)}`,
    `${paint("strong", "Do:")} ${indent(printable(failure.action), 2)}`,
  ].join("\n");
}

/** Further lines of a text stand under its first. */
function indent(text: string, by: number): string {
  return text.trimEnd().replaceAll("\n", `\n${" ".repeat(by)}`);
}
