/**
 * The text that the parser sees, and the way back to the file. It is the file without BOM, COPY
 * rows and dump guards, and with placeholders replaced; every other byte is the file's own.
 */
import type { Range } from "./inline-blocks.ts";

export interface SourceText {
  readonly bytes: Buffer;
  /** The offset in the file of an offset in `bytes`; inside a replaced placeholder, its edge. */
  toFile(offset: number, edge: "start" | "end"): number;
}

/** A stretch of the file as it is, or a range of it with other bytes in its place. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly replacement?: Buffer;
}

/** What is left of `from`–end when the cuts are taken away. */
export function keptPieces(from: number, limit: number, cuts: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  let start = from;
  for (const cut of cuts) {
    if (cut.start > start) pieces.push({ start, end: cut.start });
    start = cut.end;
  }
  if (start < limit) pieces.push({ start, end: limit });
  return pieces;
}

export function createSourceText(file: Buffer, pieces: readonly Piece[]): SourceText {
  const only = pieces[0];
  if (only !== undefined && pieces.length === 1 && only.replacement === undefined) {
    // The usual file: no copy, and the way back is one addition.
    return {
      bytes: file.subarray(only.start, only.end),
      toFile: (offset) => only.start + offset,
    };
  }
  const starts: number[] = [];
  const parts: Buffer[] = [];
  let length = 0;
  for (const piece of pieces) {
    const part = piece.replacement ?? file.subarray(piece.start, piece.end);
    starts.push(length);
    parts.push(part);
    length += part.length;
  }
  return {
    bytes: Buffer.concat(parts, length),
    toFile(offset, edge) {
      // An end belongs to the piece before it, so that it never jumps over a cut.
      const index = lastAtOrBelow(starts, edge === "end" ? offset - 1 : offset);
      const piece = pieces[index];
      if (piece === undefined) return 0;
      const within = offset - starts[index]!;
      if (piece.replacement === undefined) return piece.start + within;
      if (within === 0) return piece.start;
      return edge === "start" ? piece.start : piece.end;
    },
  };
}

function lastAtOrBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
