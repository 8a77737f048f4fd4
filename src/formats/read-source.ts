/**
 * The migrations of a project, whatever tool the folder is from. The formats are loaded only when
 * the folder does not look like one of ours, or when one is named: each start of each pod reads its
 * folder.
 */
import { resolve } from "node:path";
import { readFolders } from "../migrations/discover.ts";
import type { UnsavedFiles } from "../migrations/file-reader.ts";
import { nativeSet, type MigrationSet } from "../migrations/migration.ts";
import type { ConnectTarget } from "../postgres/connect.ts";

export interface SourceOptions {
  readonly cwd: string;
  /** As configured: the id of a format, `native`, or undefined to look. */
  readonly format?: string;
  /** For the templates of other tools. */
  readonly placeholders?: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
  /** Where the migrations are going to run, for templates that name it; unknown where nobody connects. */
  readonly database?: TargetDatabase;
  readonly unsaved?: UnsavedFiles;
}

export interface TargetDatabase {
  readonly name: string;
  /** The login role. */
  readonly user: string;
}

/** The first host's; a list of hosts has one database and one user. */
export function targetDatabase({ hosts }: ConnectTarget): TargetDatabase | undefined {
  const { database, user } = hosts[0] ?? {};
  return database === undefined || user === undefined ? undefined : { name: database, user };
}

/** Relative folders start at `cwd`. Throws a Failure for a folder that cannot be read as it is. */
export async function readSource(
  dirs: readonly string[],
  options: SourceOptions,
): Promise<MigrationSet> {
  const { cwd, format, unsaved } = options;
  const roots = [...new Set(dirs.map((dir) => resolve(cwd, dir)))];
  if (format !== undefined && format !== "native") {
    const { readForeign } = await import("./read-foreign.ts");
    return readForeign(roots, options, format);
  }
  const native = readFolders(roots, { cwd, ...(unsaved && { unsaved }) });
  if (native.looksForeign && format === undefined) {
    const { findForeign, notesOnEmpty } = await import("./read-foreign.ts");
    const foreign = findForeign(roots, options);
    if (foreign) return foreign;
    native.problems.throwIfAny();
    // Perhaps the folder above the right one was named; that must not look like success.
    const notes = native.migrations.length === 0 ? notesOnEmpty(roots, options) : [];
    return { ...nativeSet(native.migrations), ...(notes.length > 0 && { notes }) };
  }
  native.problems.throwIfAny();
  return nativeSet(native.migrations);
}
