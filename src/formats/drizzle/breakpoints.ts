/**
 * `--> statement-breakpoint`, at which Drizzle cuts the text of a file and sends each piece by
 * itself. The piece before may lack its semicolon, and what follows on the same line is SQL,
 * although it looks like the rest of a comment.
 */
import type { Reading } from "../../migrations/migration.ts";
import { isComment, nextToken } from "../../sql/lexer.ts";
import type { Piece } from "../../sql/source-text.ts";
import { applyEdits, type Edit } from "../edits.ts";

export const MARK = "--> statement-breakpoint";

export function readingWithBreakpoints(bytes: Buffer): Reading {
  return bytes.includes(MARK) ? { rewrite: replaceBreakpoints } : {};
}

/**
 * Drizzle cuts in strings and block comments too, and the server then refuses both halves: nothing
 * that has ever run depends on it, so that the text stays whole here.
 */
export function replaceBreakpoints(file: Buffer, pieces: readonly Piece[]): readonly Piece[] {
  const edits: Edit[] = [];
  let isOpen = false;
  for (const { start, end } of pieces) {
    for (let at = start, token; (token = nextToken(file, at, end));) {
      at = token.end;
      if (!isComment(token)) isOpen = token.kind !== "semicolon";
      if (token.kind !== "line-comment") continue;
      const mark = file.indexOf(MARK, token.start);
      if (mark === -1 || mark >= token.end) continue;
      at = mark + MARK.length;
      // The line feed ends a comment in front of the mark, which would swallow the semicolon.
      edits.push({ start: mark, end: at, text: isOpen ? "\n;" : "\n" });
      isOpen = false;
    }
  }
  return applyEdits(pieces, edits);
}
