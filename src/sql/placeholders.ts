/**
 * `${name}` placeholders, as in Flyway: replaced as text, in strings and function bodies too, but
 * never in COPY rows. Without any configured placeholder a file is taken as it is, because
 * `${…}` may be part of its data.
 */
import { Failure } from "../failures/failure.ts";
import { isComment, nextToken } from "./lexer.ts";
import type { Locate } from "./locate.ts";
import type { Piece } from "./source-text.ts";

const NAME = /^\$\{([A-Za-z_][\w.:-]*)\}/;

/** Cuts the pieces at their placeholders and puts the values in. */
export function replacePlaceholders(
  path: string,
  file: Buffer,
  pieces: readonly Piece[],
  values: Readonly<Record<string, string>>,
  locate: Locate,
): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    let start = piece.start;
    for (let at = start; ;) {
      const mark = file.indexOf("${", at, "latin1");
      if (mark < 0 || mark >= piece.end) break;
      at = mark + 2;
      const match = NAME.exec(file.toString("latin1", mark, Math.min(piece.end, mark + 200)));
      if (match === null) continue;
      const name = match[1]!;
      if (!Object.hasOwn(values, name)) {
        // A comment may explain a placeholder that nobody has to define.
        if (insideComment(file, piece, mark)) continue;
        throw missing(path, name, Object.keys(values), locate(mark));
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
  name: string,
  known: readonly string[],
  place: ReturnType<Locate>,
): Failure {
  return new Failure({
    class: "file.placeholder",
    what: `The placeholder \`\${${name}}\` has no value.`,
    action: `Define \`${name}\` among the placeholders of the configuration.`,
    location: { file: path, ...place },
    notes: known.length === 0 ? [] : [`Defined: ${known.map((one) => `\`${one}\``).join(", ")}.`],
  });
}
