/** What lint says about an open document, and what its statements do. */
import { historyKeys } from "../lint/history-cache.ts";
import type { Effects, HeldLock } from "../lint/context.ts";
import type { Finding } from "../lint/finding.ts";
import { lintFileOf } from "../lint/file-of-migration.ts";
import { lint } from "../lint/lint.ts";
import type { LintFile } from "../lint/read-file.ts";
import { NEWEST_VERSION } from "../locks/versions.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import type { KeptCatalogs } from "./kept-catalogs.ts";
import type { EditorProject } from "./project.ts";

export interface SeenStatement {
  /** Byte offsets. */
  readonly start: number;
  readonly end: number;
  readonly effects: Effects;
  /** What its transaction holds when it begins, with the line since which. */
  readonly held: readonly HeldLock[];
}

export interface Checked {
  readonly findings: readonly Finding[];
  readonly statements: readonly SeenStatement[];
  /** Major version of the server that this is for. */
  readonly pgVersion: number;
}

export interface DocumentFiles {
  /** The history, and the document as its last file. */
  readonly files: readonly LintFile[];
  readonly shown: string;
  /** Whether it is a migration of the project's folders. */
  readonly isMigration: boolean;
}

/** A document that is no migration comes after all of them, as if it were the next one. */
export function filesUpTo(
  document: { readonly path: string | undefined; readonly shown: string; readonly bytes: Buffer },
  { migrations }: MigrationSet,
  { settings }: EditorProject,
): DocumentFiles {
  const { placeholders } = settings.settings;
  const { path, shown, bytes } = document;
  const files = migrations.map((migration) => lintFileOf(migration, "up", placeholders)!);
  if (path !== undefined) {
    // One file may hold several migrations.
    const last = migrations.findLastIndex(({ up }) => up.absolutePath === path);
    const { up } = migrations[last] ?? {};
    if (up !== undefined) {
      return { files: files.slice(0, last + 1), shown: up.path, isMigration: true };
    }
    const index = migrations.findIndex(({ down }) => down?.absolutePath === path);
    const migration = migrations[index];
    const down = migration && lintFileOf(migration, "down", placeholders);
    if (down !== undefined) {
      const until = [...files.slice(0, index + 1), down];
      return { files: until, shown: down.path, isMigration: true };
    }
  }
  const own = { path: shown, text: bytes, ...(placeholders && { placeholders }) };
  return { files: [...files, own], shown, isMigration: false };
}

/** Equal for the same texts and settings; undefined when nobody can tell. */
export function keyOf({ files }: DocumentFiles, project: EditorProject): string | undefined {
  const key = historyKeys(files, files.length, targetOf(project)).at(-1);
  return key === undefined ? undefined : `${key}\n${project.root}\n${project.stamp}`;
}

export async function checkFiles(
  { files, shown }: DocumentFiles,
  project: EditorProject,
  catalogs: KeptCatalogs,
): Promise<Checked> {
  const { settings, baseline } = project;
  const target = targetOf(project);
  const until = files.findIndex(({ path }) => path === shown);
  const history = catalogs(files, until, target);
  const statements: SeenStatement[] = [];
  const { findings } = await lint({
    files,
    report: [shown],
    oneRelease: true,
    version: target.version,
    runner: settings.lint?.runner ?? "lockstep",
    ...(target.searchPath && { searchPath: target.searchPath }),
    config: settings.lint,
    configFile: settings.configFile,
    baseline,
    onHistory: history.keep,
    ...(history.start && { start: history.start }),
    onStatement: ({ statement: { start, end }, effects, transaction }) => {
      statements.push({ start, end, effects, held: [...(transaction?.held.values() ?? [])] });
    },
  });
  return { findings, statements, pgVersion: target.version };
}

function targetOf({ settings }: EditorProject): {
  version: number;
  searchPath: readonly string[] | undefined;
} {
  return {
    version: settings.lint?.pgVersion ?? NEWEST_VERSION,
    searchPath: settings.settings.searchPath?.split(",").map((one) => one.trim()),
  };
}
