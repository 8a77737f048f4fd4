/** Which files lint reads, in which order, and on which of them it reports. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { Failure } from "../failures/failure.ts";
import type { Migration, MigrationFile, MigrationSet } from "../migrations/migration.ts";
import { lintFileOf } from "./file-of-migration.ts";
import type { LintFile } from "./read-file.ts";

export interface LintFiles {
  readonly files: readonly LintFile[];
  /** Paths as in `files`. */
  readonly report: readonly string[];
}

export interface FilesWanted {
  readonly cwd: string;
  readonly set: MigrationSet;
  readonly placeholders?: Readonly<Record<string, string>> | undefined;
  /** As given on the command line: files and folders; empty: all. */
  readonly paths: readonly string[];
  /** Absolute paths without symbolic links, when only changed files are wanted. */
  readonly changed?: ReadonlySet<string> | undefined;
  /** Ids of migrations, when only pending ones are wanted. */
  readonly pending?: ReadonlySet<string> | undefined;
}

/**
 * The history is the folder; a file that is given and not in it comes after all of it, as if it were
 * the next migration.
 */
export function chooseLintFiles(wanted: FilesWanted): LintFiles {
  const { cwd, set, placeholders, changed, pending } = wanted;
  const paths = wanted.paths.map((path) => existing(resolve(cwd, path), path));
  const chosen = (migration: Migration, file: MigrationFile): boolean => {
    if (pending !== undefined && !pending.has(migration.id)) return false;
    const at = file.absolutePath;
    if (!hasChanged(at, changed)) return false;
    return paths.length === 0 || (at !== undefined && paths.some((path) => isWithin(at, path)));
  };
  const files: LintFile[] = [];
  const report: string[] = [];
  const known = new Set<string>();
  for (const migration of set.migrations) {
    for (const [direction, file] of [
      ["up", migration.up],
      ["down", migration.down],
    ] as const) {
      if (file === undefined) continue;
      if (file.absolutePath !== undefined) known.add(file.absolutePath);
      // Both directions may be in one file, of which only the way up is looked at by default.
      const isReported = chosen(migration, file) && !(direction === "down" && isImplied(paths));
      if (direction === "down" && (!isReported || file.path === migration.up.path)) continue;
      if (isReported) report.push(file.path);
      files.push(lintFileOf(migration, direction, placeholders)!);
    }
  }
  const extra = new Set(paths.filter((path) => !known.has(path) && statSync(path).isFile()));
  for (const path of extra) {
    if (!hasChanged(path, changed)) continue;
    const shown = shownPath(path, cwd);
    files.push({
      path: shown,
      text: readFileSync(path),
      ...(MODULE.test(path) && { module: true }),
      ...(path.endsWith(".down.sql") && { down: true }),
      ...(placeholders && { placeholders }),
    });
    report.push(shown);
  }
  return { files, report };
}

const MODULE = /\.[cm]?[jt]s$/;

/** Git names files without symbolic links, whatever the folder is called here. */
function hasChanged(file: string | undefined, changed: ReadonlySet<string> | undefined): boolean {
  if (changed === undefined) return true;
  return file !== undefined && (changed.has(file) || changed.has(realpathSync(file)));
}

/** Down files are looked at when they are named, or changed: by default nobody runs them. */
function isImplied(paths: readonly string[]): boolean {
  return paths.every((path) => !path.endsWith(".sql"));
}

function existing(path: string, written: string): string {
  try {
    statSync(path);
    return path;
  } catch {
    throw new Failure({
      class: "usage",
      what: `There is no file or folder \`${written}\`.`,
      action: "Give the path of a migration, or of a folder with migrations.",
    });
  }
}

export function isWithin(file: string, path: string): boolean {
  return file === path || file.startsWith(path.endsWith(sep) ? path : `${path}${sep}`);
}

function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}
