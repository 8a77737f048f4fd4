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
import { crc32 } from "node:zlib";
import type { Catalog } from "../catalog/catalog.ts";
import type { Reading } from "../migrations/migration.ts";
import { createLocator } from "../sql/locate.ts";
import { TOOL_VERSION } from "../version.ts";
import type { LintFile } from "./read-file.ts";

/** Changed when the form of the catalog or what the replay does changes within a version. */
const FORM = 3;
const MOST_ENTRIES = 20;
/** Before the catalog, the checksum of its bytes: half a write must not become half a schema. */
const SUM_BYTES = 4;

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
  let known = true;
  for (const { path, text, module, down, placeholders, reading } of files.slice(0, until)) {
    const made = reading && whatIsMadeOf(text, reading);
    known &&= reading === undefined || made !== undefined;
    hash.update(JSON.stringify([path, module, down, placeholders, made, text.length]));
    hash.update(text);
    keys.push(known ? `${hash.copy().digest("hex")}.catalog` : undefined);
  }
  return keys;
}

/**
 * What another tool's format makes of the bytes of a file, because the bytes are not the whole truth:
 * values of templates come from elsewhere. Undefined where only running it would tell.
 */
function whatIsMadeOf(text: string | Buffer, reading: Reading): object | undefined {
  const { range, transaction, rewrite, commands, generate } = reading;
  if (generate !== undefined || commands !== undefined) return undefined;
  if (rewrite === undefined) return { range, transaction };
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const { start, end } = range ?? { start: 0, end: bytes.length };
  try {
    return {
      range,
      transaction,
      pieces: rewrite(bytes, [{ start, end }], createLocator(bytes), []),
    };
  } catch {
    return undefined;
  }
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
    const bytes = readFileSync(file);
    const catalog = bytes.subarray(SUM_BYTES);
    if (bytes.readUInt32LE() !== crc32(catalog)) return undefined;
    return deserialize(catalog) as Catalog;
  } catch {
    return undefined;
  }
}

function write(folder: string, name: string, catalog: Catalog): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const making = join(folder, `.${name}.${process.pid}`);
    const bytes = serialize(catalog);
    const sum = Buffer.alloc(SUM_BYTES);
    sum.writeUInt32LE(crc32(bytes));
    writeFileSync(making, Buffer.concat([sum, bytes]));
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
