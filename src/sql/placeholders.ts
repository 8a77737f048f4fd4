/**
 * `${name}` placeholders, as in Flyway: replaced as text, in strings and function bodies too, but
 * never in COPY rows. Without any configured placeholder a file is taken as it is, because
 * `${…}` may be part of its data.
 */
import { Failure } from "../failures/failure.ts";
import { isComment, nextToken } from "./lexer.ts";
import type { Locate } from "./locate.ts";
import type { Piece } from "./source-text.ts";

export interface PlaceholderSyntax {
  readonly prefix: string;
  /** The whole placeholder from its beginning, with the name as its group; of a Latin-1 text. */
  readonly pattern: RegExp;
}

const NATIVE: PlaceholderSyntax = { prefix: "${", pattern: /^\$\{([A-Za-z_][\w.:-]*)\}/ };

/** Cuts the pieces at their placeholders and puts the values in. */
export function replacePlaceholders(
  path: string,
  file: Buffer,
  pieces: readonly Piece[],
  values: Readonly<Record<string, string>>,
  locate: Locate,
  { prefix, pattern }: PlaceholderSyntax = NATIVE,
): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    let start = piece.start;
    for (let at = start; ;) {
      const mark = file.indexOf(prefix, at, "utf8");
      if (mark < 0 || mark >= piece.end) break;
      at = mark + Buffer.byteLength(prefix);
      const match = pattern.exec(file.toString("latin1", mark, Math.min(piece.end, mark + 200)));
      if (match === null) continue;
      const name = Buffer.from(match[1]!, "latin1").toString("utf8");
      if (!Object.hasOwn(values, name)) {
        // A comment may explain a placeholder that nobody has to define.
        if (insideComment(file, piece, mark)) continue;
        const written = Buffer.from(match[0], "latin1").toString("utf8");
        throw missing(path, { name, written }, Object.keys(values), locate(mark));
      }
      if (mark > start) result.push({ start, end: mark });
      start = at = mark + match[0].length;
      result.push({ start: mark, end: start, replacement: Buffer.from(values[name]!, "utf8") });
    }
    if (start < piece.end) result.push({ start, end: piece.end });
  }
  return result;
}

function insideComment(file: Buffer, piece: Piece, offset: number): boolean {
  for (let at = piece.start, token; (token = nextToken(file, at, piece.end)); at = token.end) {
    if (token.end > offset) return token.start <= offset && isComment(token);
  }
  return false;
}

function missing(
  path: string,
  { name, written }: { name: string; written: string },
  known: readonly string[],
  place: ReturnType<Locate>,
): Failure {
  return new Failure({
    class: "file.placeholder",
    what: `The placeholder \`${written}\` has no value.`,
    action: `Define \`${name}\` among the placeholders of the configuration.`,
    location: { file: path, ...place },
    notes: known.length === 0 ? [] : [`Defined: ${known.map((one) => `\`${one}\``).join(", ")}.`],
  });
}
