/**
 * Whether a folder belongs to a Rust project with sqlx: its simple files have the same names as
 * ours, so that only what is around the folder tells them apart. A few system calls.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Beside the folder, and beside the folder that it is in. */
const LEVELS = 2;
const SETTINGS = "sqlx.toml";
/** `sqlx = …`, `sqlx.workspace = true`, `[dependencies.sqlx]`. */
const DEPENDENCY = /^[ \t]*(?:"?sqlx"?[ \t]*[=.]|\[[\w.-]*dependencies\.sqlx\])/m;
const IGNORED =
  /^[ \t]*(?:migrate\.)?ignored-chars[ \t]*=[ \t]*\[((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])*)\]/m;
const STRING = /"(?:[^"\\]|\\.)*"|'([^']*)'/g;

/** What says so, in words. */
export function signOfSqlx(folder: string): string | undefined {
  let above = folder;
  for (let level = 0; level < LEVELS; level++) {
    above = dirname(above);
    if (isFolder(join(above, ".sqlx"))) return "a folder `.sqlx`";
    if (isFile(join(above, SETTINGS))) return `\`${SETTINGS}\``;
    if (DEPENDENCY.test(textOf(join(above, "Cargo.toml")))) return "sqlx in `Cargo.toml`";
  }
  return undefined;
}

/** `migrate.ignored-chars` of `sqlx.toml`: what a checksum leaves out. */
export function charsIgnoredBySqlx(folder: string): ReadonlySet<string> {
  let above = folder;
  for (let level = 0; level < LEVELS; level++) {
    above = dirname(above);
    const list = IGNORED.exec(textOf(join(above, SETTINGS)))?.[1];
    if (list === undefined) continue;
    return new Set([...list.matchAll(STRING)].map(([text, plain]) => plain ?? unescaped(text)));
  }
  return new Set();
}

/** A string of TOML in double quotes is one of JSON, but for escapes that nobody needs here. */
function unescaped(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function textOf(path: string): string {
  if (!isFile(path)) return "";
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Nobody promised that it may be read; then it says nothing.
    return "";
  }
}
