/**
 * `${name}` in change sets. The configuration comes first, then the environment, then
 * `--property`; the first value of a name wins, and names without a value stay as they are.
 */
import type { Piece } from "../../sql/source-text.ts";

export type ValueOf = (name: string) => string | undefined;

const EXPRESSION = /\$\{([^{}]+)\}/g;
/** A value may name others; beyond this they go round in a circle. */
const DEPTH = 8;

interface Defined {
  readonly value: string;
  readonly at: number;
}

export type LocalParameters = Map<string, Defined>;

export class Parameters {
  readonly #given = new Map<string, string>();
  readonly #global: LocalParameters = new Map();
  #defined = 0;

  constructor(
    placeholders: Readonly<Record<string, string>> | undefined,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    for (const source of [placeholders ?? {}, env]) {
      for (const [written, value] of Object.entries(source)) {
        const name = written.toLowerCase();
        if (value !== undefined && !this.#given.has(name)) this.#given.set(name, value);
      }
    }
  }

  /** `local`: for one file only. */
  define(written: string, value: string, local?: LocalParameters): void {
    const map = local ?? this.#global;
    const name = written.toLowerCase();
    if (!map.has(name)) map.set(name, { value, at: ++this.#defined });
  }

  /** As they are now: what is defined later does not count for what stands before it. */
  snapshot(local: LocalParameters): ValueOf {
    const now = this.#defined;
    return (written) => {
      const name = written.toLowerCase();
      const defined = [this.#global.get(name), local.get(name)].find((one) => one && one.at <= now);
      return this.#given.get(name) ?? defined?.value;
    };
  }
}

export function expand(text: string, valueOf: ValueOf, depth = 0): string {
  if (!text.includes("${") || depth > DEPTH) return text;
  return text.replaceAll(EXPRESSION, (whole, name: string) => {
    const value = valueOf(name.trim());
    return value === undefined ? whole : expand(value, valueOf, depth + 1);
  });
}

/** The same for pieces of a file. */
export function expandPieces(file: Buffer, pieces: readonly Piece[], valueOf: ValueOf): Piece[] {
  return pieces.flatMap((piece): Piece[] => {
    if (piece.replacement !== undefined) return [piece];
    const text = file.toString("latin1", piece.start, piece.end);
    if (!text.includes("${")) return [piece];
    const result: Piece[] = [];
    let kept = piece.start;
    for (const match of text.matchAll(EXPRESSION)) {
      const start = piece.start + match.index;
      const end = start + match[0].length;
      const written = Buffer.from(match[0], "latin1").toString("utf8");
      const value = expand(written, valueOf);
      if (value === written) continue;
      if (start > kept) result.push({ start: kept, end: start });
      result.push({ start, end, replacement: Buffer.from(value) });
      kept = end;
    }
    if (kept < piece.end) result.push({ start: kept, end: piece.end });
    return result;
  });
}
