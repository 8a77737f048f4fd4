/** Reads a folder of another tool: one that is named, or the one that the folder shows signs of. */
import { Failure } from "../failures/failure.ts";
import { nearest } from "../failures/nearest.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import { Problems } from "../migrations/problems.ts";
import { detectFormat } from "./detect.ts";
import { openFolder, type Folder } from "./folder.ts";
import type { Format } from "./format.ts";
import type { SourceOptions } from "./read-source.ts";
import { FORMATS } from "./registry.ts";

export function readForeign(
  roots: readonly string[],
  options: SourceOptions,
  id: string,
): MigrationSet {
  return readAs(formatNamed(id), openFolder(roots, options.cwd, options.unsaved), options);
}

/** Undefined: nothing says that the folder is another tool's. */
export function findForeign(
  roots: readonly string[],
  options: SourceOptions,
): MigrationSet | undefined {
  const folder = openFolder(roots, options.cwd, options.unsaved);
  const format = detectFormat(folder);
  return format && readAs(format, folder, options);
}

/** Throws a Failure that names the nearest one. */
export function formatNamed(id: string): Format {
  const format = FORMATS.find((one) => one.id === id);
  if (format) return format;
  const ids = FORMATS.map((one) => one.id);
  const near = nearest(id, [...ids, "native"]);
  throw new Failure({
    class: "config.invalid",
    what: `\`${id}\` is not a format of migrations.`,
    action: near === undefined ? "Use one of those below." : `Use \`${near}\`.`,
    notes: [`Formats: native, ${ids.join(", ")}.`],
  });
}

function readAs(format: Format, folder: Folder, options: SourceOptions): MigrationSet {
  const problems = new Problems();
  const { placeholders, env, cwd, database } = options;
  const notes: string[] = [];
  const migrations = format.read({
    folder,
    problems,
    note: (text) => void notes.push(text),
    env,
    cwd,
    ...(placeholders && { placeholders }),
    ...(database && { database }),
  });
  problems.throwIfAny();
  const { id, order, outOfOrder } = format;
  return { format: id, migrations, order, outOfOrder, ...(notes.length > 0 && { notes }) };
}

/** What a folder without migrations has instead: folders with SQL in them. */
export function notesOnEmpty(roots: readonly string[], { cwd }: SourceOptions): string[] {
  const folder = openFolder(roots, cwd);
  const filled = folder
    .list()
    .folders.filter((below) => folder.list(below).files.some(({ name }) => /\.sql$/i.test(name)));
  if (filled.length === 0) return [];
  const names = filled.map((name) => `\`${name}\``).join(", ");
  return [
    `${folder.shown} has no migrations, but SQL files in ${names}: name the right folder with \`--dir\`.`,
  ];
}
