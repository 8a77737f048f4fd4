/**
 * Whether a folder belongs to a Rust project with sqlx: its simple files have the same names as
 * ours, so that only what is around the folder tells them apart. A few system calls.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Beside the folder, and beside the folder that it is in. */
const LEVELS = 2;
/** `sqlx = …`, `sqlx.workspace = true`, `[dependencies.sqlx]`. */
const DEPENDENCY = /^[ \t]*(?:"?sqlx"?[ \t]*[=.]|\[[\w.-]*dependencies\.sqlx\])/m;

/** What says so, in words. */
export function signOfSqlx(folder: string): string | undefined {
  let above = folder;
  for (let level = 0; level < LEVELS; level++) {
    above = dirname(above);
    if (isFolder(join(above, ".sqlx"))) return "a folder `.sqlx`";
    if (DEPENDENCY.test(textOf(join(above, "Cargo.toml")))) return "sqlx in `Cargo.toml`";
  }
  return undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function textOf(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return "";
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Nobody promised that it may be read; then it says nothing.
    return "";
  }
}
