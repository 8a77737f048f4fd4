/**
 * A folder of SQL files that no tool runs by their names: lint takes them by name, as a person who
 * runs them by hand would.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { checksumOf } from "./checksum.ts";
import type { UnsavedFiles } from "./file-reader.ts";
import { type Migration, type MigrationSet, nativeSet } from "./migration.ts";

/** Undefined when one of the files has a version: then it is a folder of migrations. */
export function readPlainFolder(
  dirs: readonly string[],
  cwd: string,
  unsaved?: UnsavedFiles,
): MigrationSet | undefined {
  const files = dirs.flatMap((dir) =>
    readdirSync(dir)
      .filter((name) => name.endsWith(".sql"))
      .toSorted()
      .map((name) => ({ name, path: join(dir, name) })),
  );
  if (files.length === 0 || files.some(({ name }) => /^(\d|[RVU]_?\d*__)/.test(name))) {
    return undefined;
  }
  return nativeSet(files.map(({ name, path }) => migrationOf(name, path, cwd, unsaved)));
}

function migrationOf(
  name: string,
  path: string,
  cwd: string,
  unsaved: UnsavedFiles | undefined,
): Migration {
  const bytes = unsaved?.get(path) ?? readFileSync(path);
  const shown = relative(cwd, path);
  const id = name.slice(0, -".sql".length);
  return {
    kind: "versioned",
    language: "sql",
    name: id,
    id,
    up: {
      path: shown.startsWith("..") ? path : shown,
      absolutePath: path,
      bytes,
      checksum: checksumOf(bytes),
    },
  };
}
