/**
 * Runs the file of a module migration and takes its exports. The only place where a migration's
 * code is loaded, and only when it is about to run.
 *
 * Each load runs the code afresh: two runs in one process (tests, a server that migrates many
 * databases) must not share what a module keeps in its variables. For TypeScript on jiti that covers
 * the relative imports too. Node keeps the imports of a JavaScript module for the life of the process.
 */
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";

import { Failure, type SourceLocation } from "../failures/failure.ts";
import type { Migration, MigrationModule } from "./migration.ts";

export type Exports = Record<string, unknown>;

interface Named {
  readonly id: string;
  readonly file: string;
}

export async function loadModule(migration: Migration): Promise<MigrationModule> {
  if (migration.module) return checkExports({ ...migration.module }, migration);
  const path = migration.up.absolutePath;
  if (path === undefined || migration.language !== "module") {
    throw new Failure({ class: "bug", what: `\`${migration.up.path}\` is not a module to load.` });
  }
  const named = { id: migration.id, file: migration.up.path };
  return checkExports(await exportsOf(path, named, importFresh), migration);
}

/**
 * What a module of another tool's folder exports; `id` and `file` are for messages. Always with
 * jiti, as those tools do it: it takes both kinds of modules, whatever the nearest package.json says.
 */
export function loadExports(path: string, named: Named): Promise<Exports> {
  return exportsOf(path, named, importWithJiti);
}

async function exportsOf(
  path: string,
  { id, file }: Named,
  load: (path: string) => Promise<unknown>,
): Promise<Exports> {
  let exports: unknown;
  try {
    exports = await load(path);
  } catch (cause) {
    throw invalid({ id, file }, `cannot be loaded: ${firstLine(cause)}`, "Correct the module.", {
      location: findLocation(cause, path, file),
      cause,
    });
  }
  return isObject(exports) ? exports : {};
}

/**
 * A library, as the code of the module at `from` gets it; undefined where it is not installed, or
 * lacks what it needs itself.
 */
export async function loadPackage(name: string, from: string): Promise<Exports | undefined> {
  let exports: unknown;
  try {
    const path = createRequire(pathToFileURL(from)).resolve(name);
    exports = await import(pathToFileURL(path).href);
  } catch {
    return undefined;
  }
  return isObject(exports) ? exports : {};
}

/** A configuration of another tool that is a CommonJS module; loaded when it is asked for. */
export function requireConfig(path: string): unknown {
  return createRequire(pathToFileURL(path))(path);
}

let loads = 0;

async function importFresh(path: string): Promise<unknown> {
  if (/ts$/i.test(extname(path))) {
    if (!stripsTypes()) return importWithJiti(path);
    try {
      return await importNatively(path);
    } catch (error) {
      // Node strips types and no more: enums and imports without an ending need jiti. Both errors
      // come before any code of the module has run.
      if (!NATIVE_LIMITS.has(errorCode(error))) throw error;
      return importWithJiti(path);
    }
  }
  return importNatively(path);
}

const NATIVE_LIMITS = new Set([
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_MODULE_NOT_FOUND",
  "ERR_UNSUPPORTED_DIR_IMPORT",
  "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING",
]);

function stripsTypes(): boolean {
  return "typescript" in process.features && Boolean(process.features.typescript);
}

/**
 * Node keeps ES modules by URL for the life of the process, so the query makes it another module.
 * CommonJS is kept by path, and can be forgotten.
 */
async function importNatively(path: string): Promise<unknown> {
  const url = pathToFileURL(path);
  loads += 1;
  url.searchParams.set("lockstep", String(loads));
  // Required files are kept by their real path.
  delete createRequire(url).cache[realpathSync(path)];
  return import(url.href);
}

async function importWithJiti(path: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(pathToFileURL(path).href, {
    moduleCache: false,
    // Nothing is left behind on disk, and a read-only container is no special case.
    fsCache: false,
    sourceMaps: true,
    interopDefault: false,
  });
  return jiti.import(path);
}

/**
 * The same with the names of a default export, for files that are CommonJS as often as not. Throws
 * what the file throws.
 */
export async function importExports(path: string): Promise<Exports> {
  const exports = await importWithJiti(path);
  if (!isObject(exports)) return {};
  const { default: fallback } = exports;
  return isObject(fallback) ? { ...fallback, ...exports } : exports;
}

/** A CommonJS package, as the file at `from` finds it; undefined when it is not installed. */
export function requirePackage(name: string, from: string): unknown {
  const require = createRequire(pathToFileURL(from));
  try {
    require.resolve(name);
  } catch {
    return undefined;
  }
  return require(name);
}

/**
 * Named exports, or the same names on a default export. Both are looked at for each name, so that
 * `export const transaction = false` beside a default export is never overlooked.
 */
function checkExports(exports: Exports, { id, up: { path } }: Migration): MigrationModule {
  const named = { id, file: path };
  const fallback = isObject(exports["default"]) ? exports["default"] : {};
  const pick = (name: string): unknown => exports[name] ?? fallback[name];
  const up = pick("up");
  const down = pick("down");
  const transaction = pick("transaction");
  if (!isMigrate(up)) {
    const what =
      up === undefined ? "does not export `up`" : "exports an `up` that is not a function";
    throw invalid(named, what, "Add `export async function up(db) { … }`.");
  }
  if (down !== undefined && !isMigrate(down)) {
    throw invalid(
      named,
      "exports a `down` that is not a function",
      "Make it a function, or leave it out.",
    );
  }
  if (transaction !== undefined && typeof transaction !== "boolean") {
    throw invalid(
      named,
      "exports a `transaction` that is not a boolean",
      "Export `transaction = false` for a module that commits in batches; leave it out otherwise.",
    );
  }
  return {
    up,
    ...(down !== undefined && { down }),
    ...(transaction !== undefined && { transaction }),
  };
}

function isMigrate(value: unknown): value is MigrationModule["up"] {
  return typeof value === "function";
}

function isObject(value: unknown): value is Exports {
  return typeof value === "object" && value !== null;
}

function invalid(
  { id, file }: Named,
  what: string,
  action: string,
  extra: { location?: SourceLocation; cause?: unknown } = {},
): Failure {
  return new Failure({
    class: "module.invalid",
    what: `\`${file}\` ${what}`.replace(/\.?$/, "."),
    action,
    migration: id,
    location: { file, line: 1, column: 1 },
    ...extra,
  });
}

/**
 * Where an error that the module threw says it happened inside the module; its first line when it
 * does not say.
 */
export function errorLocationInModule(error: unknown, { up }: Migration): SourceLocation {
  if (up.absolutePath === undefined) return { file: up.path, line: 1, column: 1 };
  return findLocation(error, up.absolutePath, up.path);
}

/** Where the error says it happened inside the module, when it does. */
function findLocation(cause: unknown, path: string, shown: string): SourceLocation {
  const text = cause instanceof Error ? `${cause.message}\n${cause.stack ?? ""}` : "";
  let numbers: RegExpExecArray | null = null;
  // Node writes a path or, for ES modules, a URL with our query.
  for (const name of [path, pathToFileURL(path).href]) {
    const at = text.indexOf(name);
    if (at === -1) continue;
    numbers ??= /^(?:\?lockstep=[0-9]+)?:([0-9]+)(?::([0-9]+))?/.exec(text.slice(at + name.length));
  }
  return { file: shown, line: Number(numbers?.[1] ?? 1), column: Number(numbers?.[2] ?? 1) };
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split("\n", 1)[0] ?? "";
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
