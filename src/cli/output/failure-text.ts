/** A failure as people read it: what happened, where, what the server said, the state, what to do. */
import type { FailureJson, ServerError, SourceLocation } from "../../failures/failure.ts";
import type { Paint } from "./paint.ts";
import { displayWidth, oneLine, printable } from "./width.ts";

/** A frame shows this many columns of a line at most; migrations have lines of a megabyte. */
const FRAME_COLUMNS = 100;

export function renderFailure(failure: FailureJson, paint: Paint): string[] {
  return [
    `${paint.red(paint.bold("✗"))} ${paint.bold(printable(failure.what))}`,
    ...(failure.location === undefined ? [] : ["", ...renderLocation(failure.location, paint)]),
    ...(failure.server === undefined ? [] : ["", ...renderServerError(failure.server, paint)]),
    ...(failure.notes === undefined ? [] : ["", ...failure.notes.flatMap(indent)]),
    "",
    ...labelled("State now", failure.state, paint),
    ...labelled("What to do", failure.action, paint),
    paint.dim(`  (${failure.class}, exit ${failure.exitCode})`),
  ];
}

function labelled(label: string, text: string, paint: Paint): string[] {
  const [first = "", ...rest] = printable(text).split("\n");
  const pad = " ".repeat(14);
  return [`  ${paint.cyan(`${label}:`.padEnd(12))}${first}`, ...rest.map((line) => pad + line)];
}

function indent(text: string): string[] {
  return printable(text)
    .split("\n")
    .map((line) => `  ${line}`);
}

/** The place and its line with a caret below, as compilers do. */
export function renderLocation(location: SourceLocation, paint: Paint): string[] {
  const place = `  ${paint.cyan("at")} ${printable(location.file)}:${location.line}:${location.column}`;
  if (location.lineText === undefined) return [place];
  const { before, rest } = frameWindow(location.lineText, location.column);
  const gutter = String(location.line);
  const blank = " ".repeat(gutter.length);
  return [
    place,
    `  ${paint.dim(`${gutter} |`)} ${before}${rest}`,
    `  ${paint.dim(`${blank} |`)} ${" ".repeat(displayWidth(before))}${paint.red("^")}`,
  ];
}

/** The part of a line around a column; tabs become one blank so that the caret stands right. */
function frameWindow(lineText: string, column: number): { before: string; rest: string } {
  // Columns count code points, so the line is cut by code points too.
  const points = [...lineText.replaceAll("\t", " ").trimEnd()];
  const at = Math.min(Math.max(0, column - 1), points.length);
  const start = Math.max(0, at - FRAME_COLUMNS / 2);
  const end = Math.min(points.length, start + FRAME_COLUMNS);
  const before = `${start > 0 ? "…" : ""}${points.slice(start, at).join("")}`;
  const rest = `${points.slice(at, end).join("")}${end < points.length ? "…" : ""}`;
  return { before: printable(before), rest: printable(rest) };
}

function renderServerError(server: ServerError, paint: Paint): string[] {
  const fields: (readonly [string, string | undefined])[] = [
    ["detail", server.detail],
    ["hint", server.hint],
    ["where", server.where],
    ["constraint", server.constraint],
  ];
  return [
    `  ${paint.cyan("PostgreSQL:")} ${oneLine(server.message)} ${paint.dim(`(SQLSTATE ${server.sqlstate})`)}`,
    ...fields.flatMap(([label, text]) =>
      text === undefined || text === ""
        ? []
        : printable(text)
            .split("\n")
            .map((line, index) => `    ${index === 0 ? paint.dim(`${label}: `) : "  "}${line}`),
    ),
  ];
}

/** For an error that is not a `Failure`: it is ours to repair. */
export function renderBug(error: unknown, debug: boolean, paint: Paint): string[] {
  const text =
    error instanceof Error ? ((debug ? error.stack : undefined) ?? String(error)) : String(error);
  return [
    `${paint.red(paint.bold("✗"))} ${paint.bold("This is a bug in Lockstep.")}`,
    "",
    ...withoutPasswords(printable(text))
      .split("\n")
      .map((line) => `  ${line}`),
    "",
    ...labelled("State now", "Not known. `lockstep status` reads it from the database.", paint),
    ...labelled(
      "What to do",
      debug
        ? "Report it with the text above and the versions of Lockstep, Node.js and PostgreSQL."
        : "Report it with the output of the same command under LOCKSTEP_DEBUG=1.",
      paint,
    ),
    paint.dim("  (bug, exit 70)"),
  ];
}

/** An error that we did not expect may quote a connection string. */
export function withoutPasswords(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/]*@/gi, "$1:***@")
    .replace(/\b(password|sslpassword)=('(?:[^'\\]|\\.)*'|[^\s&]+)/gi, "$1=***");
}
