/**
 * Finds what a file written for psql has besides SQL: rows below `COPY … FROM stdin;`, and the
 * guard lines of pg_dump. Both are cut out before the parser sees the text.
 *
 * Invariant: COPY rows are only searched for their end, never decoded; a file of 200 MB costs its
 * Buffer and nothing more.
 */
import { Failure } from "../failures/failure.ts";
import { isComment, keyword, nextLine, nextToken } from "./lexer.ts";
import type { Locate } from "./locate.ts";
import { commandEnd, commandName, isDumpGuard, psqlCommandFailure } from "./psql-commands.ts";
import { StatementTracker } from "./statement-tracker.ts";

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A command of psql that is cut out and handed to whoever understands it. */
export interface PsqlCommand extends Range {
  /** Without its backslash. */
  readonly name: string;
}

export interface InlineBlocks {
  /** What the parser must not see, in order: COPY rows with their `\.`, and dump guard lines. */
  readonly cuts: readonly Range[];
  /** The rows of each COPY … FROM stdin, in order, without the `\.` line. */
  readonly copyData: readonly Range[];
  /** The understood commands, in order; they are among the cuts. */
  readonly commands: readonly PsqlCommand[];
}

const LF = 10;
const CR = 13;

export function findInlineBlocks(
  path: string,
  bytes: Buffer,
  { start: from, end: limit }: Range,
  locate: Locate,
  understood?: ReadonlySet<string>,
): InlineBlocks {
  if (!mayHaveBlocks(bytes.subarray(from, limit))) return { cuts: [], copyData: [], commands: [] };
  const cuts: Range[] = [];
  const commands: PsqlCommand[] = [];
  const copyData: Range[] = [];
  const tracker = new StatementTracker();
  let previous = "";
  let copy = false;
  let at = from;
  for (let token; (token = nextToken(bytes, at, limit));) {
    at = token.end;
    if (isComment(token)) continue;
    if (token.kind === "backslash") {
      const name = commandName(bytes, token.start);
      if (understood?.has(name)) {
        at = commandEnd(bytes, token.start, limit);
        const command = { name, start: token.start, end: at };
        commands.push(command);
        cuts.push(command);
        continue;
      }
      // Outside of quotes a backslash is never SQL, wherever in a statement it stands.
      if (!tracker.atStart || !isDumpGuard(name)) {
        throw psqlCommandFailure(path, name, token.start, locate);
      }
      at = nextLine(bytes, token.start, limit);
      cuts.push({ start: token.start, end: at });
      continue;
    }
    const word = tracker.parentheses === 0 ? keyword(bytes, token) : "";
    // The grammar takes STDOUT for STDIN and the other way round (copy_file_name in gram.y).
    if (previous === "from" && (word === "stdin" || word === "stdout")) {
      copy ||= tracker.words[0] === "copy";
    }
    previous = word;
    if (!tracker.feed(bytes, token) || !copy) continue;
    copy = false;
    const start = dataStart(path, bytes, token.end, limit, locate);
    const block = dataEnd(bytes, start, limit);
    copyData.push({ start, end: block.end });
    cuts.push({ start, end: block.resume });
    at = block.resume;
  }
  // psql runs the last statement without its semicolon too, and then reads no rows.
  if (copy) copyData.push({ start: limit, end: limit });
  return { cuts, copyData, commands };
}

/** Without a backslash and without STDIN there is nothing of psql's to look for. */
function mayHaveBlocks(bytes: Buffer): boolean {
  return bytes.includes("\\") || /std(?:in|out)/i.test(bytes.toString("latin1"));
}

/** psql reads the rows from the next line; more SQL on the COPY line would straddle them. */
function dataStart(
  path: string,
  bytes: Buffer,
  from: number,
  limit: number,
  locate: Locate,
): number {
  const start = nextLine(bytes, from, limit);
  for (let at = from, token; (token = nextToken(bytes, at, start)); at = token.end) {
    if (isComment(token) && token.unterminated === undefined) continue;
    throw new Failure({
      class: "file.invalid",
      what: "Something follows `copy … from stdin;` on its line, where only its rows may follow.",
      action: "Put what follows after the `\\.` line that ends the rows.",
      location: { file: path, ...locate(token.start) },
    });
  }
  return start;
}

/**
 * The rows end at a line that is exactly `\.`, in CSV too: since 18 the server takes it for a row
 * there, but psql still ends inline data at it. Without that line they go on to the end of file.
 */
function dataEnd(bytes: Buffer, start: number, limit: number): { end: number; resume: number } {
  for (let at = start; at < limit;) {
    const mark = bytes.indexOf("\\.", at, "latin1");
    if (mark < 0) break;
    const next = bytes[mark + 2];
    const closes = next === undefined || next === LF || (next === CR && bytes[mark + 3] === LF);
    if (closes && (mark === start || bytes[mark - 1] === LF)) {
      return { end: mark, resume: nextLine(bytes, mark, limit) };
    }
    at = mark + 2;
  }
  return { end: limit, resume: limit };
}
