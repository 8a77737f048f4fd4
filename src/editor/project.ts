/** The project that a document belongs to: its folder, its settings, its migrations. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { loadSettings, type ResolvedSettings } from "../config/settings.ts";
import { Failure } from "../failures/failure.ts";
import { readSource } from "../formats/read-source.ts";
import { type Baseline, BASELINE_FILE, readBaseline } from "../lint/suppress/baseline.ts";
import type { UnsavedFiles } from "../migrations/file-reader.ts";
import { type MigrationSet, nativeSet } from "../migrations/migration.ts";
import { readPlainFolder } from "../migrations/plain-folder.ts";

export const CONFIG_FILE = /^lockstep\.config\.(?:ts|mts|js|mjs|json)$/;

export interface EditorProject {
  /** Absolute path; what paths are shown relative to. */
  readonly root: string;
  readonly settings: ResolvedSettings;
  readonly baseline: Baseline | undefined;
  /** Changes whenever settings or baseline may have changed. */
  readonly stamp: string;
}

export interface EditorProjects {
  /** Settings as they are now; throws the Failure of a configuration that is wrong. */
  open(root: string): Promise<EditorProject>;
  /** Reads all settings again, also those whose files look as before. */
  forget(): void;
}

/**
 * The nearest folder above a document with a configuration file, inside of its workspace folder;
 * else that folder itself.
 */
export function rootOf(path: string | undefined, folders: readonly string[]): string | undefined {
  if (path === undefined) return folders[0];
  const within = folders
    .filter((folder) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    .toSorted((left, right) => right.length - left.length)[0];
  for (let at = dirname(path); ; at = dirname(at)) {
    if (configFilesOf(at).length > 0) return at;
    if (at === within || at === dirname(at)) return within ?? dirname(path);
  }
}

export function openProjects(env: NodeJS.ProcessEnv): EditorProjects {
  const known = new Map<string, EditorProject>();
  let generation = 0;
  return {
    async open(root) {
      const stamp = `${generation}\n${stampOf(root)}`;
      const before = known.get(root);
      if (before?.stamp === stamp) return before;
      const settings = await loadSettings({ cwd: root, env, flags: {}, lookAgain: true });
      const project = { root, settings, baseline: baselineOf(root), stamp };
      known.set(root, project);
      return project;
    },
    forget() {
      generation++;
    },
  };
}

/** The migrations, with what is open in the editor in place of what is on disk. */
export async function readMigrations(
  { root, settings }: EditorProject,
  env: NodeJS.ProcessEnv,
  unsaved: UnsavedFiles,
  path: string | undefined,
): Promise<MigrationSet> {
  const { dirs, format, settings: runner } = settings;
  const options = {
    cwd: root,
    env,
    unsaved,
    ...(format !== undefined && { format }),
    ...(runner.placeholders && { placeholders: runner.placeholders }),
  };
  const there = dirs.filter(isFolder);
  if (there.length > 0) {
    const plain = format === undefined ? readPlainFolder(there, root, unsaved) : undefined;
    return plain ?? readSource(dirs, options);
  }
  if (path === undefined || settings.configFile !== undefined) return nativeSet([]);
  const folder = dirname(path);
  if (!isFolder(folder)) return nativeSet([]);
  const plain = readPlainFolder([folder], root, unsaved);
  if (plain !== undefined) return plain;
  try {
    // Nothing says where the migrations are: perhaps the document stands among them.
    return await readSource([folder], options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return nativeSet([]);
  }
}

/** As in findings and failures: relative to the root where it is below it. */
export function shownPath(path: string, root: string): string {
  const short = relative(root, path);
  return short.startsWith("..") ? path : short;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function configFilesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => CONFIG_FILE.test(name));
  } catch {
    return [];
  }
}

/** A client that watches no files for us changes one, and the next key that is pressed sees it. */
function stampOf(root: string): string {
  return [...configFilesOf(root), BASELINE_FILE]
    .map((name) => {
      const stats = statSync(join(root, name), { throwIfNoEntry: false });
      return `${name} ${stats?.mtimeMs} ${stats?.size}`;
    })
    .join("\n");
}

function baselineOf(root: string): Baseline | undefined {
  const file = join(root, BASELINE_FILE);
  return existsSync(file) ? readBaseline(readFileSync(file, "utf8"), BASELINE_FILE) : undefined;
}
