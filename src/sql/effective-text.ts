/**
 * The SQL that a file of another tool comes down to: its part of the file, templates filled in, COPY
 * rows where they were, optionally without its own BEGIN and COMMIT.
 */
import { findInlineBlocks, type Range } from "./inline-blocks.ts";
import { nextToken } from "./lexer.ts";
import { createLocator, hasBom } from "./locate.ts";
import type { Rewrite } from "./parse-file.ts";
import { keptPieces, type Piece } from "./source-text.ts";

export interface EffectiveTextInput {
  readonly path: string;
  readonly bytes: Buffer;
  readonly range?: Range;
  readonly rewrite?: Rewrite;
  /** As in ParseFileInput: what `rewrite` understands leaves no trace in the text. */
  readonly commands?: ReadonlySet<string>;
  /** Left out, each with the semicolon behind it. */
  readonly without?: readonly Range[];
}

export function effectiveText(input: EffectiveTextInput): string {
  const { path, bytes, rewrite, without = [] } = input;
  const locate = createLocator(bytes);
  const start = Math.max(hasBom(bytes) ? 3 : 0, input.range?.start ?? 0);
  const end = input.range?.end ?? bytes.length;
  const blocks = findInlineBlocks(path, bytes, { start, end }, locate, input.commands);
  const kept = keptPieces(start, end, blocks.cuts);
  const pieces = rewrite ? rewrite(bytes, kept, locate, blocks.commands) : kept;
  const understood = new Set<Range>(blocks.commands);
  const cuts = blocks.cuts.filter((cut) => !understood.has(cut));
  const all: Piece[] = [...pieces, ...cuts].toSorted((a, b) => a.start - b.start);
  const removed = without.map((range) => {
    const token = nextToken(bytes, range.end, end);
    return { start: range.start, end: token?.kind === "semicolon" ? token.end : range.end };
  });
  return all
    .flatMap((piece) => minus(piece, removed))
    .map((piece) => piece.replacement ?? bytes.subarray(piece.start, piece.end))
    .map((part) => part.toString("utf8"))
    .join("");
}

function minus(piece: Piece, removed: readonly Range[]): readonly Piece[] {
  if (piece.replacement !== undefined) return [piece];
  const inside = removed.filter(({ start, end }) => start >= piece.start && end <= piece.end);
  return keptPieces(piece.start, piece.end, inside);
}
