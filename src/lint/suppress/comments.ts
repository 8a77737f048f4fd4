/** The comments of a file, each with the statement that it stands at. */
import { isComment, isSpace, nextToken } from "../../sql/lexer.ts";
import { createLocator, hasBom } from "../../sql/locate.ts";
import type { Statement } from "../../sql/statement.ts";

export type CommentedStatement = Pick<Statement, "ordinal" | "start" | "end" | "line" | "copyData">;

export interface PlacedComment {
  readonly text: string;
  /** Byte offsets in the file. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Inside of this statement. */
  readonly inside?: CommentedStatement;
  /** Behind this statement, on the line on which it ends. */
  readonly behind?: CommentedStatement;
  /** The next statement; undefined at the end of the file. */
  readonly next?: CommentedStatement;
  /** An empty line stands between the comment and what comes next. */
  readonly detached: boolean;
  /** Above everything that is not a comment. */
  readonly top: boolean;
  /** Of the comments that begin the file, without an empty line before it. */
  readonly first: boolean;
}

const LF = 10;

export function placeComments(
  bytes: Buffer,
  statements: readonly CommentedStatement[],
): PlacedComment[] {
  const locate = createLocator(bytes);
  const begin = hasBom(bytes) ? 3 : 0;
  const comments: PlacedComment[] = [];
  const tokens = tokensOf(bytes, begin, statements);
  const nextSolid = solidAfter(tokens);
  let index = 0;
  let solidEnd: number | undefined;
  let first = true;
  tokens.forEach((token, position) => {
    if (!token.comment) {
      solidEnd = token.end;
      return;
    }
    const before = position === 0 ? begin : tokens[position - 1]!.end;
    first &&= solidEnd === undefined && !hasEmptyLine(bytes, before, token.start);
    while (index < statements.length && statements[index]!.end <= token.start) index++;
    const here = statements[index];
    const inside = here !== undefined && here.start < token.start ? here : undefined;
    const next = inside === undefined ? here : statements[index + 1];
    const start = locate(token.start);
    const end = locate(token.end);
    const last = inside === undefined ? statements[index - 1] : undefined;
    const behind =
      last !== undefined &&
      solidEnd !== undefined &&
      locate(solidEnd - 1).line === start.line &&
      locate(last.end - 1).line === start.line
        ? last
        : undefined;
    comments.push({
      text: bytes.toString("utf8", token.start, token.end),
      start: token.start,
      end: token.end,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
      ...(inside !== undefined && { inside }),
      ...(behind !== undefined && { behind }),
      ...(next !== undefined && { next }),
      detached: isDetached(bytes, tokens, position, nextSolid[position]),
      top: solidEnd === undefined,
      first,
    });
  });
  return comments;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly comment: boolean;
}

/** All tokens but those of COPY data, which is no SQL. */
function tokensOf(bytes: Buffer, from: number, statements: readonly CommentedStatement[]): Piece[] {
  const pieces: Piece[] = [];
  const read = (start: number, limit: number): void => {
    for (let at = start, token; (token = nextToken(bytes, at, limit)); at = token.end) {
      pieces.push({ start: token.start, end: token.end, comment: isComment(token) });
    }
  };
  let at = from;
  for (const { copyData } of statements) {
    if (copyData === undefined) continue;
    read(at, copyData.start);
    at = copyData.end;
  }
  read(at, bytes.length);
  return pieces;
}

/** For each token, the index of the next one that is no comment. */
function solidAfter(tokens: readonly Piece[]): (number | undefined)[] {
  const result: (number | undefined)[] = [];
  let solid: number | undefined;
  for (let index = tokens.length - 1; index >= 0; index--) {
    result[index] = solid;
    if (!tokens[index]!.comment) solid = index;
  }
  return result;
}

function isDetached(
  bytes: Buffer,
  tokens: readonly Piece[],
  position: number,
  solid: number | undefined,
): boolean {
  const last = solid ?? tokens.length;
  for (let index = position; index < last; index++) {
    const until = tokens[index + 1]?.start ?? bytes.length;
    if (hasEmptyLine(bytes, tokens[index]!.end, until)) return true;
  }
  return false;
}

/** Between two tokens there is only white space: two line feeds are an empty line. */
function hasEmptyLine(bytes: Buffer, start: number, end: number): boolean {
  let ended = 0;
  for (let index = start; index < end && isSpace(bytes[index]!); index++) {
    const lineEnds = bytes[index] === LF || (bytes[index] === 13 && bytes[index + 1] !== LF);
    if (lineEnds && ++ended === 2) return true;
  }
  return false;
}
