/**
 * What `knexfile.js` says about how names and rows are written. Without it a project whose names
 * are mapped (`userId` to `user_id`) would get tables with other names than from Knex.
 */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../failures/failure.ts";
import { importExports } from "../../migrations/load-module.ts";

export interface KnexSettings {
  readonly wrapIdentifier?: unknown;
  readonly postProcessResponse?: unknown;
  readonly useNullAsDefault?: unknown;
  readonly userParams?: unknown;
  readonly searchPath?: string | readonly string[];
}

const NAMES = ["js", "cjs", "mjs", "ts", "cts", "mts"].map((ending) => `knexfile.${ending}`);
const LEVELS = 6;
const HOOKS = ["beforeAll", "beforeEach", "afterAll", "afterEach"];

/** Of the nearest one above the file; empty when there is none. */
export async function findSettings(
  path: string,
  shown: string,
  env: NodeJS.ProcessEnv,
): Promise<KnexSettings> {
  const knexfile = findKnexfile(path);
  if (knexfile === undefined) return {};
  let config: Record<string, unknown>;
  try {
    config = await configIn(await importExports(knexfile), env);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.split("\n", 1)[0]! : String(cause);
    throw failure(shown, `\`${knexfile}\` cannot be loaded: ${text}.`, "Correct it.", cause);
  }
  const migrations = isObject(config["migrations"]) ? config["migrations"] : {};
  const hook = HOOKS.find((name) => migrations[name] !== undefined);
  if (hook !== undefined) {
    throw failure(
      shown,
      `\`${knexfile}\` has the hook \`migrations.${hook}\`, which is not run here.`,
      "Move what it does into a migration.",
    );
  }
  const { wrapIdentifier, postProcessResponse, useNullAsDefault, userParams, searchPath } = config;
  return {
    ...(wrapIdentifier !== undefined && { wrapIdentifier }),
    ...(postProcessResponse !== undefined && { postProcessResponse }),
    ...(useNullAsDefault !== undefined && { useNullAsDefault }),
    ...(userParams !== undefined && { userParams }),
    ...(isPath(searchPath) && { searchPath }),
  };
}

function findKnexfile(path: string): string | undefined {
  let folder = path;
  for (let level = 0; level < LEVELS; level++) {
    folder = dirname(folder);
    for (const name of NAMES) {
      const file = join(folder, name);
      if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
    }
  }
  return undefined;
}

/** A configuration, a function that makes one, or one for each environment. */
async function configIn(
  exports: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, unknown>> {
  const { default: made } = exports;
  const all: unknown = typeof made === "function" ? await (made as () => unknown)() : exports;
  if (!isObject(all)) return {};
  const one = all[env["NODE_ENV"] || "development"];
  return isObject(one) ? one : all;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isPath(value: unknown): value is string | readonly string[] {
  const isText = (one: unknown): boolean => typeof one === "string";
  return isText(value) || (Array.isArray(value) && value.every(isText));
}

function failure(shown: string, what: string, action: string, cause?: unknown): Failure {
  const location = { file: shown, line: 1, column: 1 };
  return new Failure({
    class: "module.invalid",
    what,
    action,
    location,
    ...(cause !== undefined && { cause }),
  });
}
