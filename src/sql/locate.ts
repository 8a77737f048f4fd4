/**
 * From byte offsets to lines and columns. Three coordinate systems meet here: the parser counts
 * UTF-8 bytes, server and parser errors count code points, and JavaScript strings count UTF-16
 * units. Only bytes and code points leave this file.
 */
import type { SourceLocation } from "../failures/failure.ts";
import type { ParsedFile, Statement } from "./statement.ts";

export interface LineLocation {
  readonly line: number;
  readonly column: number;
  readonly lineText: string;
}

export type Locate = (byteOffset: number) => LineLocation;

const LF = 10;
const CR = 13;
/** Line numbers are kept once per block: 200 MB of COPY data need 200 kB, not one entry per line. */
const BLOCK = 4096;
/** A one-line dump must not become one string of a hundred megabytes in an error message. */
const LONGEST_LINE = 2000;

/** Counting starts with the first question, so that files without errors never pay for it. */
export function createLocator(bytes: Buffer): Locate {
  let table: Uint32Array | undefined;
  return (byteOffset) => {
    table ??= lineTable(bytes);
    const offset = Math.max(0, Math.min(byteOffset, bytes.length));
    const block = Math.floor(offset / BLOCK);
    const line = (table[block] ?? 0) + countLineEnds(bytes, block * BLOCK, offset) + 1;
    let start = offset;
    while (start > 0 && !endsLine(bytes, start - 1)) start--;
    if (start === 0 && hasBom(bytes)) start = Math.min(3, offset);
    return {
      line,
      column: countCodePoints(bytes, start, offset) + 1,
      lineText: lineText(bytes, start),
    };
  };
}

export function hasBom(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** The place of a server error: `position` is 1-based, in code points of the statement's text. */
export function statementLocation(
  file: Pick<ParsedFile, "path" | "locate">,
  statement: Pick<Statement, "text" | "start" | "end">,
  position?: number,
): SourceLocation {
  const before = position === undefined ? 0 : codePointsToBytes(statement.text, position - 1);
  // A text with replaced placeholders may be longer than its source: never point behind the end.
  const offset = Math.min(statement.start + before, statement.end);
  return { file: file.path, ...file.locate(offset) };
}

/** The place of a server error in a text that was sent whole; exact without placeholders. */
export function opaqueLocation(file: ParsedFile, position = 1): SourceLocation {
  const text = file.opaque?.text ?? "";
  const locate = createLocator(Buffer.from(text, "utf8"));
  return { file: file.path, ...locate(codePointsToBytes(text, position - 1)) };
}

/** How many UTF-8 bytes the first `count` code points of a text take. */
export function codePointsToBytes(text: string, count: number): number {
  let bytes = 0;
  let left = count;
  for (let index = 0; index < text.length && left > 0; left--) {
    const code = text.codePointAt(index)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    index += code < 0x10000 ? 1 : 2;
  }
  return bytes;
}

function lineTable(bytes: Buffer): Uint32Array {
  const table = new Uint32Array(Math.floor(bytes.length / BLOCK) + 1);
  for (let block = 1; block < table.length; block++) {
    const from = (block - 1) * BLOCK;
    table[block] = table[block - 1]! + countLineEnds(bytes, from, from + BLOCK);
  }
  return table;
}

function countLineEnds(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let index = from; index < to; index++) {
    const byte = bytes[index]!;
    if (byte === LF || (byte === CR && bytes[index + 1] !== LF)) count++;
  }
  return count;
}

/** LF, CRLF (at its LF) and the lone CR of old editors, as PostgreSQL's scanner has it. */
function endsLine(bytes: Buffer, index: number): boolean {
  return bytes[index] === LF || (bytes[index] === CR && bytes[index + 1] !== LF);
}

function countCodePoints(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let index = from; index < to; index++) if ((bytes[index]! & 0xc0) !== 0x80) count++;
  return count;
}

function lineText(bytes: Buffer, start: number): string {
  let end = start;
  const limit = Math.min(bytes.length, start + LONGEST_LINE);
  while (end < limit && bytes[end] !== LF && bytes[end] !== CR) end++;
  return bytes.toString("utf8", start, end);
}
