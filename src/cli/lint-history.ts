/** The migrations among which `lint` finds what it is to report on. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Failure } from "../failures/failure.ts";
import { isWithin } from "../lint/choose-files.ts";
import { type MigrationSet, nativeSet } from "../migrations/migration.ts";
import type { CliContext } from "./context.ts";
import { readPlainFolder } from "../migrations/plain-folder.ts";
import { type Project, readProjectSource } from "./project.ts";

/** For files that name the database or its owner: lint asks about neither. */
const SOME_DATABASE = { name: "database", user: "owner" };

/**
 * The folder of the project, and after it those that are named and outside of it. Where none is
 * configured and the default is not there, the folder in which the given files are, if it can be read
 * as migrations; else they are all that there is.
 */
export async function lintHistory(
  context: CliContext,
  project: Project,
  paths: readonly string[],
  isAskedFor: boolean,
): Promise<MigrationSet> {
  const { cwd } = context;
  const plain = (folders: readonly string[]): MigrationSet | undefined =>
    project.format === undefined ? readPlainFolder(folders, cwd) : undefined;
  const read = async (folder: string): Promise<MigrationSet> =>
    plain([folder]) ?? readProjectSource(context, { ...project, dirs: [folder] }, SOME_DATABASE);
  const dirs = project.dirs.map((dir) => resolve(cwd, dir));
  const named = new Set(paths.map((path) => resolve(cwd, path)).filter(isFolder));
  const isThere = isAskedFor || paths.length === 0 || dirs.some(isFolder);
  if (!isThere && named.size === 0) return besideFiles(cwd, paths, read);
  let set = isThere
    ? (plain(dirs.filter(isFolder)) ?? (await readProjectSource(context, project, SOME_DATABASE)))
    : undefined;
  for (const folder of named) {
    if (isThere && dirs.some((dir) => isWithin(dir, folder) || isWithin(folder, dir))) continue;
    const more = await read(folder);
    const notes = [...(set?.notes ?? []), ...(more.notes ?? [])];
    const migrations = [...(set?.migrations ?? []), ...more.migrations];
    set = { ...(set ?? more), migrations, ...(notes.length > 0 && { notes }) };
  }
  return set ?? nativeSet([]);
}

async function besideFiles(
  cwd: string,
  paths: readonly string[],
  read: (folder: string) => Promise<MigrationSet>,
): Promise<MigrationSet> {
  const folders = new Set(paths.map((path) => dirname(resolve(cwd, path))));
  const [folder] = folders;
  if (folder === undefined || folders.size > 1 || !isFolder(folder)) return nativeSet([]);
  try {
    return await read(folder);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return nativeSet([]);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
