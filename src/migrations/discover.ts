/**
 * Reads migration folders. Everything is refused here that can be refused from names and bytes, so
 * that a run never stops half way for something that was visible at its start.
 *
 * Reading is synchronous on purpose: on Node 20 a thousand small files take about 8 ms this way and
 * about 80 ms as promises, and nothing else happens in the process yet. file-reader.ts says why the
 * files share their buffers.
 */
import { readdirSync, statSync, type Dirent } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";

import { Failure } from "../failures/failure.ts";
import { assemble, type FoundFile } from "./assemble.ts";
import { looksLikeMigration, readFileName } from "./file-name.ts";
import { FileReader, type UnsavedFiles } from "./file-reader.ts";
import { FOREIGN_TEXTS, isForeignName } from "./foreign-signs.ts";
import type { Migration } from "./migration.ts";
import { createModuleHasher, type ModuleHasher } from "./module-checksum.ts";
import { Problems } from "./problems.ts";
import { signOfSqlx } from "./sqlx-project.ts";

export interface ReadOptions {
  /** Relative folders start here, and paths below it are shown relative to it. */
  readonly cwd: string;
  /** A file for which this answers false is as if it were not there. */
  readonly include?: (fileName: string) => boolean;
  readonly unsaved?: UnsavedFiles;
}

/** Sorted: versioned migrations by version, then repeatables by name. Throws the first problem. */
export async function readMigrations(
  dirs: readonly string[],
  options: ReadOptions,
): Promise<Migration[]> {
  const { migrations, problems } = readFolders(dirs, options);
  problems.throwIfAny();
  return migrations;
}

export interface FolderReading {
  readonly migrations: Migration[];
  /** Not thrown yet: the folder may have another format. */
  readonly problems: Problems;
  /** A name or a text that only another tool writes: the folder has to be looked at again. */
  readonly looksForeign: boolean;
}

/** Reads folders as our own format. */
export function readFolders(dirs: readonly string[], options: ReadOptions): FolderReading {
  const problems = new Problems();
  let looksForeign = false;
  const files: FoundFile[] = [];
  const reader = new FileReader(options.unsaved);
  const hasher = createModuleHasher((path) => showPath(path, options.cwd));
  // The same folder named twice is one folder, not a folder full of duplicates.
  const folders = new Set(dirs.map((dir) => resolve(options.cwd, dir)));
  for (const folder of folders) {
    const shownFolder = showPath(folder, options.cwd);
    const prefix = shownFolder === "" ? "" : shownFolder + sep;
    for (const entry of listFolder(folder, options.cwd)) {
      if (options.include && !options.include(entry.name)) continue;
      looksForeign ||= isForeignName(entry.name);
      const file = readEntry(folder, entry, prefix + entry.name, {
        problems,
        reader,
        hasher,
      });
      if (file) files.push(file);
    }
  }
  const migrations = assemble(files, problems, { arePlain: reader.allArePlain() });
  looksForeign ||= files.length === 0 || !problems.isEmpty || reader.includesAny(FOREIGN_TEXTS);
  looksForeign ||= [...folders].some((folder) => signOfSqlx(folder) !== undefined);
  return { migrations, problems, looksForeign };
}

/** The folder's entries by name. Throws a Failure that says why it cannot be read. */
export function listFolder(folder: string, cwd: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    // Not every file system lists by name, and the first problem should be the same everywhere.
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const shown = showPath(folder, cwd);
    const code = errorCode(cause);
    const missing = code === "ENOENT";
    throw new Failure({
      class: "config.invalid",
      what: missing
        ? `The migrations folder \`${shown}\` does not exist.`
        : code === "ENOTDIR"
          ? `The migrations folder \`${shown}\` is a file.`
          : `The migrations folder \`${shown}\` cannot be read (${code}).`,
      action: missing
        ? "Make it with `lockstep init`, or name the right folder in the configuration."
        : "Name a folder that this user may read.",
      cause,
    });
  }
}

interface Reading {
  readonly problems: Problems;
  readonly reader: FileReader;
  readonly hasher: ModuleHasher;
}

function readEntry(
  folder: string,
  entry: Dirent,
  path: string,
  { problems, reader, hasher }: Reading,
): FoundFile | undefined {
  const fileName = readFileName(entry.name);
  const isPlainFile = entry.isFile();
  if (isPlainFile && fileName.kind === "ignored") return undefined;
  const absolutePath = folder + sep + entry.name;
  if (!isPlainFile && !canBeRead(entry, absolutePath, path, problems)) return undefined;
  if (fileName.kind === "ignored") return undefined;
  if (fileName.kind === "wrong") {
    problems.addWrongName(path, fileName.why);
    return undefined;
  }
  try {
    const bytes = reader.read(absolutePath);
    const isModule = fileName.kind !== "repeatable" && fileName.language === "module";
    if (!isModule) return { fileName, path, absolutePath, bytes };
    const checksum = hasher.checksumOfModule(absolutePath, bytes);
    return { fileName, path, absolutePath, bytes, checksum };
  } catch (cause) {
    if (cause instanceof Failure) problems.add(cause);
    else addUnreadable(problems, path, cause);
    return undefined;
  }
}

/**
 * Only what is not a plain file needs a `stat`: the listing says the type of the others. A pipe must
 * not even be opened, because that waits for its writer.
 */
function canBeRead(entry: Dirent, absolutePath: string, path: string, problems: Problems): boolean {
  if (!looksLikeMigration(entry.name)) return false;
  try {
    const stats = entry.isDirectory() ? entry : statSync(absolutePath);
    if (stats.isFile()) return true;
    const what = stats.isDirectory()
      ? `\`${path}\` is a folder with the name of a migration.`
      : `\`${path}\` has the name of a migration and is not a file.`;
    const action = stats.isDirectory()
      ? `Move its SQL to a file beside it, \`${entry.name.replace(/\.sql$/i, "")}.sql\`, or rename the folder.`
      : "Replace it with a file, or rename it.";
    problems.addFile("file.invalid", path, what, action);
  } catch (cause) {
    addUnreadable(problems, path, cause);
  }
  return false;
}

export function addUnreadable(problems: Problems, path: string, cause: unknown): void {
  const code = errorCode(cause);
  const [what, action] =
    code === "ELOOP"
      ? [`\`${path}\` is a symbolic link that leads back to itself.`, "Delete or correct the link."]
      : code === "ENOENT"
        ? [`\`${path}\` is a symbolic link to nothing.`, "Delete or correct the link."]
        : code === "EACCES" || code === "EPERM"
          ? [`\`${path}\` may not be read by this user.`, "Grant read permission on the file."]
          : [`\`${path}\` cannot be read (${code}).`, "Make the file readable and try again."];
  problems.addFile("file.invalid", path, what, action, { cause });
}

/** Relative to the working directory where it is below it, as people type it. */
export function showPath(path: string, cwd: string): string {
  const shorter = relative(cwd, path);
  return shorter.startsWith("..") || isAbsolute(shorter) ? path : shorter;
}

function errorCode(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
}
