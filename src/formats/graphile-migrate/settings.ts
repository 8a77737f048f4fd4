/**
 * What is read of graphile-migrate's configuration: placeholders and the owner of the database.
 * `.gmrc` is JSON5; `.gmrc.js` and `.gmrc.cjs` are code, and run only when a migration that is
 * pending has a placeholder.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../failures/failure.ts";
import { requireConfig } from "../../migrations/load-module.ts";
import { parseJson5 } from "./json5.ts";

export interface Settings {
  /** With the colon in front, as in the files. */
  readonly placeholders: Readonly<Record<string, string>>;
  readonly databaseOwner?: string;
}

const FILES = [".gmrc", ".gmrc.js", ".gmrc.cjs"] as const;

/** The first that is there, in its own order; without any there are no placeholders. */
export function readSettings(folders: readonly string[], env: NodeJS.ProcessEnv): Settings {
  for (const folder of folders) {
    for (const name of FILES) {
      const path = join(folder, name);
      if (existsSync(path)) return checkSettings(load(path), path, env);
    }
  }
  return { placeholders: {} };
}

function load(path: string): unknown {
  try {
    return path.endsWith(".gmrc") ? parseJson5(readFileSync(path, "utf8")) : requireConfig(path);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw invalid(path, `cannot be read: ${message}`, "Correct it.", cause);
  }
}

function checkSettings(settings: unknown, path: string, env: NodeJS.ProcessEnv): Settings {
  if (!isObject(settings)) throw invalid(path, "is not an object", "Write settings into it.");
  const { placeholders = {}, databaseOwner } = settings;
  if (!isObject(placeholders)) {
    throw invalid(path, "has `placeholders` that are not an object", "Correct them.");
  }
  const values = Object.entries(placeholders).map(([name, value]): [string, string] => {
    if (!/^:[A-Z][0-9A-Z_]+$/.test(name) || typeof value !== "string") {
      throw invalid(
        path,
        `has the placeholder \`${name}\` that is not of the form \`":NAME": "value"\``,
        "Correct it.",
      );
    }
    return [name, value === "!ENV" ? fromEnvironment(name, path, env) : value];
  });
  return {
    placeholders: Object.fromEntries(values),
    ...(typeof databaseOwner === "string" && { databaseOwner }),
  };
}

function fromEnvironment(name: string, path: string, env: NodeJS.ProcessEnv): string {
  const value = env[name.slice(1)];
  if (value) return value;
  throw invalid(
    path,
    `takes the placeholder \`${name}\` from the environment, where \`${name.slice(1)}\` is not set`,
    `Set \`${name.slice(1)}\`.`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(path: string, what: string, action: string, cause?: unknown): Failure {
  return new Failure({
    class: "file.placeholder",
    what: `\`${path}\` ${what}`.replace(/\.?$/, "."),
    action,
    ...(cause !== undefined && { cause }),
  });
}
