/** `:NAME` in the text of a migration becomes its value, also within strings, as the tool does it. */
import { basename, dirname } from "node:path";
import { Failure } from "../../failures/failure.ts";
import type { Piece } from "../../sql/source-text.ts";
import type { FolderFile } from "../folder.ts";
import type { ReadInput } from "../format.ts";
import { readSettings } from "./settings.ts";

export type Replacer = (
  file: FolderFile,
  whole: Buffer,
  pieces: readonly Piece[],
) => readonly Piece[];

/** The configuration is read when the first file asks for it. */
export function createReplacer(input: ReadInput): Replacer {
  let pattern: RegExp | undefined;
  let values: ReadonlyMap<string, string | undefined> | undefined;
  return (file, whole, pieces) => {
    if (!/:[A-Z]/.test(whole.toString("latin1"))) return pieces;
    values ??= placeholderValues(input);
    pattern ??= new RegExp(
      `(?:${[...values.keys()].map((name) => name.replaceAll("$", String.raw`\$`)).join("|")})\\b`,
      "g",
    );
    return pieces.flatMap((piece) => replaceIn(piece, whole, pattern!, values!, file));
  };
}

/** Where `.gmrc` is: above the folder `migrations`, which may be named by its `committed`. */
export function projectOf(root: string): string {
  return dirname(basename(root) === "committed" ? dirname(root) : root);
}

function placeholderValues(input: ReadInput): ReadonlyMap<string, string | undefined> {
  const { folder, env, database, placeholders = {} } = input;
  const settings = readSettings(folder.roots.map(projectOf), env);
  const given = Object.entries(placeholders).map(
    ([name, value]) => [name.startsWith(":") ? name : `:${name}`, value] as const,
  );
  return new Map<string, string | undefined>([
    ...Object.entries(settings.placeholders),
    [":DATABASE_NAME", database?.name],
    [":DATABASE_OWNER", settings.databaseOwner ?? database?.user],
    ...given,
  ]);
}

function replaceIn(
  piece: Piece,
  whole: Buffer,
  pattern: RegExp,
  values: ReadonlyMap<string, string | undefined>,
  file: FolderFile,
): Piece[] {
  if (piece.replacement !== undefined) return [piece];
  // Latin-1, so that an index into the text is a byte offset.
  const text = whole.toString("latin1", piece.start, piece.end);
  const found: Piece[] = [];
  let from = piece.start;
  for (const match of text.matchAll(pattern)) {
    const start = piece.start + match.index;
    const value = values.get(match[0]);
    if (value === undefined) throw unknown(match[0], file);
    if (start > from) found.push({ start: from, end: start });
    from = start + match[0].length;
    found.push({ start, end: from, replacement: Buffer.from(value) });
  }
  if (from < piece.end) found.push({ start: from, end: piece.end });
  return found;
}

function unknown(name: string, file: FolderFile): Failure {
  return new Failure({
    class: "file.placeholder",
    what: `\`${file.path}\` uses \`${name}\`, and it is not known in which database the migrations run.`,
    action: "Name the database in the connection settings.",
    location: { file: file.path, line: 1, column: 1 },
  });
}
