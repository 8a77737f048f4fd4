/**
 * The catalog that a history makes, kept between runs: with a thousand files behind it, one changed
 * file is looked at without reading the others. The key of a place in the history is a hash over
 * everything up to it, so that an entry can never be wrong, only missing.
 */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Catalog } from "../catalog/catalog.ts";
import { TOOL_VERSION } from "../version.ts";
import type { LintFile } from "./read-file.ts";

/** Changed when the form of the catalog or what the replay does changes within a version. */
const FORM = 2;
const MOST_ENTRIES = 20;

export interface KeptHistory {
  readonly start?: { readonly catalog: Catalog; readonly after: number };
  /** Keeps the catalog after so many files; what cannot be written is not kept. */
  keep(catalog: Catalog, after: number): void;
}

export interface HistoryKey {
  readonly version: number;
  readonly searchPath?: readonly string[] | undefined;
}

/** Looks for the longest part of the files before `until` whose catalog is in the folder. */
export function openHistory(
  folder: string,
  files: readonly LintFile[],
  until: number,
  key: HistoryKey,
): KeptHistory {
  const keys = historyKeys(files, until, key);
  const kept = new Set(entriesOf(folder));
  const keep = (catalog: Catalog, after: number): void => {
    const name = keys[after];
    // A short history costs less to read than to keep.
    if (name === undefined || kept.has(name) || after < 20) return;
    write(folder, name, catalog);
  };
  for (let after = until; after > 0; after--) {
    const name = keys[after];
    if (name === undefined || !kept.has(name)) continue;
    const catalog = read(join(folder, name));
    if (catalog !== undefined) return { start: { catalog, after }, keep };
  }
  return { keep };
}

/** For each number of files before `until`, from none: undefined where nothing may be kept. */
export function historyKeys(
  files: readonly LintFile[],
  until: number,
  { version, searchPath = [] }: HistoryKey,
): (string | undefined)[] {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([TOOL_VERSION, FORM, process.version, version, searchPath]));
  const keys: (string | undefined)[] = [undefined];
  let generated = false;
  for (const { path, text, module, down, placeholders, reading } of files.slice(0, until)) {
    // What a builder makes is known only when it has run; its bytes are not the whole truth.
    generated ||= reading?.generate !== undefined;
    hash.update(JSON.stringify([path, module, down, placeholders, reading?.range, text.length]));
    hash.update(text);
    keys.push(generated ? undefined : `${hash.copy().digest("hex")}.catalog`);
  }
  return keys;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".catalog"));
  } catch {
    return [];
  }
}

/** A damaged entry is as good as none. */
function read(file: string): Catalog | undefined {
  try {
    return deserialize(readFileSync(file)) as Catalog;
  } catch {
    return undefined;
  }
}

function write(folder: string, name: string, catalog: Catalog): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const making = join(folder, `.${name}.${process.pid}`);
    writeFileSync(making, serialize(catalog));
    renameSync(making, join(folder, name));
    forgetOldest(folder);
  } catch {
    // A read-only home or a full disk: the next run reads the files again.
  }
}

function forgetOldest(folder: string): void {
  const byAge = entriesOf(folder)
    .map((name) => ({ name, age: statSync(join(folder, name)).mtimeMs }))
    .toSorted((left, right) => right.age - left.age);
  for (const { name } of byAge.slice(MOST_ENTRIES)) rmSync(join(folder, name), { force: true });
}
