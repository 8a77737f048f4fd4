/**
 * From the bytes of a file to its statements.
 *
 * I1. A statement's text is byte for byte what the author wrote, from its first to its last token
 *     (with placeholders: what is written after their replacement).
 * I2. Nothing is dropped silently except a BOM, white space, comments, empty statements, the
 *     author's own BEGIN … COMMIT and pg_dump's guard lines.
 * I3. What the parser cannot read is not an error here: the server may be newer than the parser.
 */
import type { CopyStmt, Node, RawStmt } from "@pgsql/types";
import { Failure } from "../failures/failure.ts";
import { collectComments, type Comments } from "./comments.ts";
import { readDirectives } from "./directives.ts";
import { checkEncoding } from "./encoding.ts";
import {
  findInlineBlocks,
  type InlineBlocks,
  type PsqlCommand,
  type Range,
} from "./inline-blocks.ts";
import { isSpace } from "./lexer.ts";
import { createLocator, type Locate } from "./locate.ts";
import { nonTransactionalKind } from "./non-transactional.ts";
import { describeUnreadable } from "./opaque.ts";
import { type Parser, ParserError } from "./parser.ts";
import { replacePlaceholders } from "./placeholders.ts";
import { createSourceText, keptPieces, type Piece, type SourceText } from "./source-text.ts";
import type { ParsedFile, Statement } from "./statement.ts";
import { findTransactionBlocks, unwrapTransaction } from "./transaction-control.ts";

/** What another tool's format makes of the pieces of a file that are SQL. */
export type Rewrite = (
  file: Buffer,
  pieces: readonly Piece[],
  locate: Locate,
  /** Those of psql's commands that were said to be understood, in order, cut out of the pieces. */
  commands: readonly PsqlCommand[],
) => readonly Piece[];

export interface ParseFileInput {
  /** As shown to people. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly parser: Parser;
  /** Undefined: `${…}` is left alone. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** Byte range of the file that is read; default all of it. */
  readonly range?: Range;
  /** Cuts and replacements of another tool's format; before placeholders are replaced. */
  readonly rewrite?: Rewrite;
  /** Names of psql's commands that `rewrite` understands; the others are refused. */
  readonly commands?: ReadonlySet<string>;
  /**
   * A file of another tool, which nobody wants to edit: several transactions in one file are
   * understood instead of refused.
   */
  readonly lenient?: boolean;
}

/** Async only for its callers' sake: the parser is loaded, and nothing here waits. */
export async function parseFile(input: ParseFileInput): Promise<ParsedFile> {
  const { path, bytes, parser } = input;
  const locate = createLocator(bytes);
  const from = Math.max(checkEncoding(path, bytes, locate), input.range?.start ?? 0);
  const limit = input.range?.end ?? bytes.length;
  const range = { start: from, end: limit };
  const blocks = findInlineBlocks(path, bytes, range, locate, input.commands);
  let pieces: readonly Piece[] = keptPieces(from, limit, blocks.cuts);
  if (input.rewrite !== undefined) {
    pieces = input.rewrite(bytes, pieces, locate, blocks.commands);
  }
  if (input.placeholders !== undefined) {
    pieces = replacePlaceholders(path, bytes, pieces, input.placeholders, locate);
  }
  const source = createSourceText(bytes, pieces);
  const comments = collectComments(source.bytes);
  const directives = readDirectives(path, source, comments, locate);
  const text = source.bytes.toString("utf8");
  const nodeOffset = (location: number): number => source.toFile(location, "start");
  const base = { path, bytes, directives, locate, nodeOffset };
  let stmts: readonly RawStmt[];
  try {
    stmts = parser.parse(text).stmts;
  } catch (error) {
    if (!(error instanceof ParserError)) throw error;
    const opaque = describeUnreadable({ path, text, source, blocks, error, locate });
    return { ...base, statements: [], ownTransaction: false, opaque };
  }
  const all = attachCopyData(path, toStatements(stmts, source, comments, locate), blocks, locate);
  if (input.lenient) {
    const { statements, blocks: transactions, controls } = findTransactionBlocks(path, all, locate);
    const ownTransactionRanges = controls;
    return { ...base, statements, transactions, ownTransactionRanges, ownTransaction: false };
  }
  const { statements, own } = unwrapTransaction(path, all, locate);
  if (own === undefined) return { ...base, statements, ownTransaction: false };
  const { begin, commit } = own;
  return {
    ...base,
    statements,
    ownTransaction: true,
    ownTransactionRanges: [
      { start: begin.start, end: begin.end },
      { start: commit.start, end: commit.end },
    ],
  };
}

function toStatements(
  stmts: readonly RawStmt[],
  source: SourceText,
  comments: Comments,
  locate: Locate,
): Statement[] {
  const statements: Statement[] = [];
  const trim = createTrimmer(source.bytes, comments);
  for (const { stmt, stmt_location = 0, stmt_len } of stmts) {
    if (stmt === undefined) continue;
    // The parser leaves the length out when the file ends without a semicolon.
    const until = stmt_len ? stmt_location + stmt_len : source.bytes.length;
    const { start, end } = trim(stmt_location, until);
    const fileStart = source.toFile(start, "start");
    const { line, column } = locate(fileStart);
    const kind = nonTransactionalKind(stmt);
    statements.push({
      ordinal: statements.length + 1,
      text: source.bytes.toString("utf8", start, end),
      start: fileStart,
      end: source.toFile(end, "end"),
      line,
      column,
      node: stmt,
      ...(kind !== undefined && { nonTransactional: kind }),
    });
  }
  return statements;
}

/** Takes comments and white space off both ends; called in ascending order. */
function createTrimmer(
  bytes: Buffer,
  { tokens }: Comments,
): (from: number, until: number) => { start: number; end: number } {
  let next = 0;
  return (from, until) => {
    while (next < tokens.length && tokens[next]!.end <= from) next++;
    let start = from;
    for (; start < until;) {
      const byte = bytes[start]!;
      if (tokens[next]?.start === start) start = tokens[next++]!.end;
      // Empty statements before this one leave their semicolons to it.
      else if (isSpace(byte) || byte === 59) start++;
      else break;
    }
    while (next < tokens.length && tokens[next]!.start < until) next++;
    let last = next - 1;
    let end = until;
    for (; end > start;) {
      const comment = tokens[last];
      if (comment?.end === end && comment.start >= start) {
        end = comment.start;
        last--;
      } else if (isSpace(bytes[end - 1]!)) end--;
      else break;
    }
    return { start, end };
  };
}

/** The n-th COPY … FROM stdin of the tree has the n-th block of rows. */
function attachCopyData(
  path: string,
  statements: Statement[],
  { copyData }: InlineBlocks,
  locate: Locate,
): Statement[] {
  let next = 0;
  const attached = statements.map((statement) => {
    const copy = copyFromStdin(statement.node);
    const data = copy && copyData[next++];
    if (copy === undefined || data === undefined) return statement;
    if (isBinary(copy)) {
      throw new Failure({
        class: "file.invalid",
        what: "`copy … from stdin` in binary format cannot have its rows in a SQL file.",
        action: "Use the text or CSV format.",
        location: { file: path, ...locate(statement.start) },
      });
    }
    return { ...statement, copyData: { start: data.start, end: data.end } };
  });
  if (next === copyData.length) return attached;
  // Rows were cut out that no statement of the tree takes: never send the rest as if whole.
  throw new Failure({
    class: "file.invalid",
    what: `\`${path}\` has rows for ${copyData.length} \`copy … from stdin\`, but ${next} such statements.`,
    action: "Write each `copy … from stdin;` as a statement of its own.",
    location: { file: path, ...locate(copyData[Math.min(next, copyData.length - 1)]?.start ?? 0) },
  });
}

function copyFromStdin(node: Node): CopyStmt | undefined {
  if (!("CopyStmt" in node)) return undefined;
  const copy = node.CopyStmt;
  return copy.is_from && !copy.is_program && copy.filename === undefined ? copy : undefined;
}

function isBinary(copy: CopyStmt): boolean {
  return (copy.options ?? []).some(
    (option) =>
      "DefElem" in option &&
      option.DefElem.defname === "format" &&
      option.DefElem.arg !== undefined &&
      "String" in option.DefElem.arg &&
      option.DefElem.arg.String.sval?.toLowerCase() === "binary",
  );
}
