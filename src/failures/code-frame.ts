/** The lines around a place in a text, numbered, with a caret under the place. */
import { displayWidth, expandTabs, printable } from "./display-width.ts";

export interface FramePlace {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
}

/** `12 | create index …`, or the caret's line `   |   ^`. */
export interface FrameLine {
  readonly gutter: string;
  readonly text: string;
  readonly kind: "context" | "marked" | "caret";
}

const LINES_BEFORE = 2;
const LINES_AFTER = 1;
/** Longer lines (generated SQL, data) are shown in part, around the caret. */
const MAX_WIDTH = 120;

/**
 * `lines` maps line numbers to texts; it need not have more than the marked one. `width` is how many
 * code points of a line are shown.
 */
export function codeFrame(
  lines: ReadonlyMap<number, string>,
  place: FramePlace,
  width: number = MAX_WIDTH,
): FrameLine[] {
  const marked = lines.get(place.line);
  if (marked === undefined) return [];
  const start = windowStart(marked, place.column, width);
  const last = lines.has(place.line + LINES_AFTER) ? place.line + LINES_AFTER : place.line;
  const gutterWidth = String(last).length;
  const frame: FrameLine[] = [];
  for (let number = place.line - LINES_BEFORE; number <= last; number++) {
    const text = lines.get(number);
    if (text === undefined) continue;
    const gutter = String(number).padStart(gutterWidth);
    frame.push({
      gutter,
      text: cut(text, start, width),
      kind: number === place.line ? "marked" : "context",
    });
    if (number === place.line) {
      const before = beforeCaret(text, place.column, start);
      frame.push({ gutter: " ".repeat(gutterWidth), text: `${before}^`, kind: "caret" });
    }
  }
  return frame;
}

/** The lines that a frame for this place may show, without splitting the whole text. */
export function linesAround(text: string, line: number): Map<number, string> {
  const lines = new Map<number, string>();
  let start = 0;
  for (let number = 1; number <= line + LINES_AFTER; number++) {
    const end = text.indexOf("\n", start);
    if (number >= line - LINES_BEFORE) {
      const content = end === -1 ? text.slice(start) : text.slice(start, end);
      lines.set(number, content.replace(/\r$/, ""));
    }
    if (end === -1) break;
    start = end + 1;
  }
  return lines;
}

/** Where a 1-based position in code points is. */
export function placeOf(text: string, position: number): FramePlace {
  const before = [...text].slice(0, position - 1).join("");
  const lines = before.split("\n");
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

function windowStart(text: string, column: number, width: number): number {
  const length = [...text].length;
  // The caret is in the middle of what is shown; near the beginning of a line nothing is cut there.
  const lead = Math.floor(width / 2);
  if (length <= width || column <= width - lead / 2) return 0;
  return Math.min(column - lead, length - width + 1);
}

function cut(text: string, start: number, width: number): string {
  const points = [...text];
  const part = points.slice(start, start + width).join("");
  const before = start > 0 && points.length > start ? "…" : "";
  const after = points.length > start + width ? "…" : "";
  return expandTabs(printable(before + part)) + after;
}

function beforeCaret(text: string, column: number, start: number): string {
  const before = (start > 0 ? "…" : "") + [...text].slice(start, column - 1).join("");
  return " ".repeat(displayWidth(expandTabs(printable(before))));
}
