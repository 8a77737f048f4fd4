/**
 * Finds and loads the configuration file.
 *
 * I1: without a file this costs one readdir; the transpiler (jiti) is loaded only for TypeScript,
 *     and valibot only when there is a file. node:fs/promises costs 1 ms to load, so it is not.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { Failure } from "../failures/failure.ts";
import type { Config } from "./config.ts";

const FILE_NAME = /^lockstep\.config\.(ts|mts|js|mjs|json)$/;
const EXTENSIONS = new Set([".ts", ".mts", ".js", ".mjs", ".json"]);

export interface LoadedConfig {
  /** Absolute path. */
  readonly file: string;
  readonly config: Config;
}

/**
 * Loads `named`, or the one configuration file in `cwd`; undefined when there is none. `fresh`: as
 * the file is now, also when this process has loaded it before.
 */
export async function loadConfig(
  cwd: string,
  named: string | undefined,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<LoadedConfig | undefined> {
  const file = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  if (file === undefined) return undefined;
  if (!EXTENSIONS.has(extname(file))) {
    throw new Failure({
      class: "config.invalid",
      what: `${file} is not a file that can hold the configuration.`,
      action: "Use a file that ends in .ts, .mts, .js, .mjs or .json.",
    });
  }
  const [value, { checkConfig }] = await Promise.all([
    loadValue(file, fresh),
    import("./config-schema.ts"),
  ]);
  return { file, config: checkConfig(value, basename(file)) };
}

function findConfig(cwd: string): string | undefined {
  const found = readdirSync(cwd)
    .filter((name) => FILE_NAME.test(name))
    .sort();
  if (found.length > 1) {
    throw new Failure({
      class: "config.invalid",
      what: `There are ${found.length} configuration files: ${found.map((name) => `\`${name}\``).join(", ")}.`,
      action: "Keep one of them, or name it with `--config`.",
    });
  }
  return found[0] === undefined ? undefined : resolve(cwd, found[0]);
}

let freshLoads = 0;

async function loadValue(file: string, fresh: boolean): Promise<unknown> {
  try {
    switch (extname(file)) {
      case ".json":
        return JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
      // Node keeps a module for as long as it runs: jiti does not where it is told so, and a module
      // that is never CommonJS is another one by another query.
      case ".js":
        if (fresh) return defaultExport(await importTypeScript(file, fresh));
        return defaultExport(await import(pathToFileURL(file).href));
      case ".mjs": {
        const { href } = pathToFileURL(file);
        return defaultExport(await import(fresh ? `${href}?${++freshLoads}` : href));
      }
      default:
        return defaultExport(await importTypeScript(file, fresh));
    }
  } catch (error) {
    // The configuration may get its values from code that fails on purpose.
    if (error instanceof Failure) throw error;
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Failure {
  const absent = (error as { code?: unknown } | undefined)?.code === "ENOENT";
  const message = error instanceof Error ? error.message : String(error);
  return new Failure({
    class: "config.invalid",
    what: absent
      ? `The configuration file ${file} does not exist.`
      : `The configuration file ${file} cannot be loaded: ${message.split("\n")[0]}`,
    action: absent ? "Correct the path given with `--config`." : "Correct the file.",
    cause: error,
  });
}

/** Node 20 does not run TypeScript. */
async function importTypeScript(file: string, fresh: boolean): Promise<unknown> {
  const [{ createJiti }, { defineConfig }] = await Promise.all([
    import("jiti"),
    import("./config.ts"),
  ]);
  const jiti = createJiti(file, {
    interopDefault: false,
    moduleCache: !fresh,
    // With `npx lockstep` the package is not in the project, and the import must still work.
    virtualModules: { lockstep: { defineConfig } },
  });
  return jiti.import(file);
}

function defaultExport(module: unknown): unknown {
  const outer = (module as { default?: unknown } | undefined)?.default;
  // CommonJS compiled from TypeScript has the default one level further down.
  const inner = (outer as { __esModule?: boolean; default?: unknown } | undefined) ?? undefined;
  return inner?.__esModule ? inner.default : outer;
}
