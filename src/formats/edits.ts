/** Replaces ranges of a file in the pieces that the parser gets. */
import type { Piece } from "../sql/source-text.ts";

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * `edits` in ascending order, without overlaps. One that reaches over a cut takes away what there is
 * on both sides; one that lies in a cut, in the rows of a COPY, is left out with it.
 */
export function applyEdits(pieces: readonly Piece[], edits: readonly Edit[]): Piece[] {
  const result: Piece[] = [];
  let next = 0;
  for (const piece of pieces) {
    let { start } = piece;
    while (next < edits.length && edits[next]!.end <= start) next++;
    for (let edit; (edit = edits[next]) && edit.start < piece.end;) {
      if (edit.start > start) result.push({ start, end: edit.start });
      const end = Math.min(edit.end, piece.end);
      if (edit.start >= start && edit.text !== "") {
        result.push({ start: edit.start, end, replacement: Buffer.from(edit.text) });
      }
      start = end;
      if (edit.end > piece.end) break;
      next++;
    }
    if (start < piece.end) result.push({ start, end: piece.end });
  }
  return result;
}
