/** Separators of other tools between statements: each becomes the semicolon that it stands for. */
import { nextToken } from "../sql/lexer.ts";
import type { Piece } from "../sql/source-text.ts";

const SEMICOLON = Buffer.from(";");

/**
 * Replaces what the pattern (global, over bytes as Latin-1) finds outside of strings, quoted names,
 * dollar quotes, comments and parentheses. A separator may look like a comment: `-- end`.
 */
export function separate(file: Buffer, pieces: readonly Piece[], pattern: RegExp): Piece[] {
  return pieces.flatMap((piece) =>
    piece.replacement === undefined ? separatePiece(file, piece, pattern) : [piece],
  );
}

function separatePiece(file: Buffer, piece: Piece, pattern: RegExp): Piece[] {
  const text = file.toString("latin1", piece.start, piece.end);
  const result: Piece[] = [];
  let kept = piece.start;
  const isFree = freeOffsets(file, piece);
  const search = new RegExp(pattern);
  for (let match; (match = search.exec(text));) {
    const start = piece.start + match.index;
    if (match[0] === "" || !isFree(start)) {
      search.lastIndex = match.index + 1;
      continue;
    }
    if (start > kept) result.push({ start: kept, end: start });
    kept = start + match[0].length;
    result.push({ start, end: kept, replacement: SEMICOLON });
  }
  if (kept < piece.end) result.push({ start: kept, end: piece.end });
  return result;
}

/** Asked in ascending order. */
function freeOffsets(file: Buffer, { start, end }: Piece): (offset: number) => boolean {
  let at = start;
  let depth = 0;
  let token = nextToken(file, at, end);
  return (offset) => {
    while (token !== undefined && token.end <= offset) {
      if (token.kind === "open") depth++;
      else if (token.kind === "close") depth--;
      at = token.end;
      token = nextToken(file, at, end);
    }
    if (depth > 0) return false;
    // In the middle of a token nothing separates.
    return token === undefined || token.start >= offset;
  };
}

/** A literal text as a pattern over Latin-1; a line feed in it also finds CR and LF. */
export function literalPattern(text: string, flags = "g"): RegExp {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  const escaped = bytes.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&").replaceAll("\n", "\\r?\\n");
  return new RegExp(escaped, flags);
}
