/**
 * Everything that decides how a command runs, from the weakest source to the strongest: defaults,
 * configuration file, its chosen environment, variables, flags.
 */
import { dirname, resolve } from "node:path";

import { Failure } from "../failures/failure.ts";
import { hasConnectionEnv } from "../postgres/conninfo.ts";
import { nearest } from "../failures/nearest.ts";
import type { ConfigValues } from "./config.ts";
import { readEnv, splitDirs, warnUnknown, type EnvValues } from "./env.ts";
import { DEPLOY_KEYS, type DeployValues } from "./deploy-config.ts";
import type { SettingsFlags } from "./flags.ts";
import type { LintConfig } from "./lint-config.ts";
import { loadConfig, type LoadedConfig } from "./load-config.ts";
import type { RunnerSettings } from "./runner-defaults.ts";
import { resolveRunnerSettings } from "./runner-settings.ts";

export interface SettingsInput {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly flags: SettingsFlags;
  /** `false` for commands that need no database, or bring one (`--embedded`). */
  readonly needsUrl?: boolean;
  /**
   * For a process that lives on and only looks at the project: the file is read again each time, and
   * its function `url`, which may ask a secret store, is not called.
   */
  readonly lookAgain?: boolean;
}

export interface ResolvedSettings {
  /** Undefined when the PG* variables name the database, or none is needed. */
  readonly url?: string;
  /** Absolute paths. */
  readonly dirs: readonly string[];
  /** The id of a format, or undefined to look at the folder. */
  readonly format?: string;
  readonly environment?: string;
  readonly settings: RunnerSettings;
  /** As configured, with the chosen environment's values. */
  readonly deploy: DeployValues;
  /** As configured. */
  readonly lint?: LintConfig;
  /** Absolute path. */
  readonly configFile?: string;
  readonly warnings: readonly string[];
}

export const DEFAULT_DIR = "migrations";

export async function loadSettings(input: SettingsInput): Promise<ResolvedSettings> {
  const { cwd, env, flags } = input;
  const { lookAgain = false } = input;
  const named = flags.config ?? (env["LOCKSTEP_CONFIG"] || undefined);
  const loaded = await loadConfig(cwd, named, { fresh: lookAgain });
  const environment = flags.env ?? (env["LOCKSTEP_ENV"] || undefined);
  const file = mergeEnvironment(loaded, environment);
  const variables = readEnv(env);
  const warnings = warnUnknown(env);

  const url = lookAgain ? undefined : await chooseUrl(flags, variables, file, env);
  const needsUrl = input.needsUrl !== false && !lookAgain;
  if (url === undefined && needsUrl && !hasConnectionEnv(env)) throw noUrl();
  if (environment !== undefined && !flags.url && file.chosenUrl && variables.url) {
    warnings.push(
      `${variables.url.from} is set and replaces the URL of the environment \`${environment}\`.`,
    );
  }
  const format = flags.format ?? variables.format?.value ?? file.values.format;
  return {
    ...(url !== undefined && { url }),
    ...(format !== undefined && { format }),
    dirs: chooseDirs(cwd, flags, variables, file.values, loaded),
    ...(environment !== undefined && { environment }),
    settings: resolveRunnerSettings(flags, variables, file.values, env),
    deploy: deployValues(file.values),
    ...(loaded?.config.lint && { lint: loaded.config.lint }),
    ...(loaded && { configFile: loaded.file }),
    warnings,
  };
}

function deployValues(values: ConfigValues): DeployValues {
  const given = DEPLOY_KEYS.filter((key) => values[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, values[key]]));
}

interface FileValues {
  readonly values: ConfigValues;
  /** Whether the chosen environment has a URL of its own. */
  readonly chosenUrl: boolean;
}

function mergeEnvironment(
  loaded: LoadedConfig | undefined,
  environment: string | undefined,
): FileValues {
  const base = loaded?.config ?? {};
  if (environment === undefined) return { values: base, chosenUrl: false };
  const environments = loaded?.config.environments ?? {};
  // Going on without it would run with the settings of another environment.
  if (!Object.hasOwn(environments, environment)) throw unknownEnvironment(loaded, environment);
  const chosen = environments[environment]!;
  const given = Object.entries(chosen).filter(([, value]) => value !== undefined);
  return {
    values: { ...base, ...Object.fromEntries(given) },
    chosenUrl: Boolean(chosen.url),
  };
}

function unknownEnvironment(loaded: LoadedConfig | undefined, name: string): Failure {
  const known = Object.keys(loaded?.config.environments ?? {});
  const near = nearest(name, known);
  return new Failure({
    class: "config.invalid",
    what: loaded
      ? `${loaded.file} has no environment \`${name}\`.`
      : `The environment \`${name}\` is asked for, and there is no configuration file.`,
    action:
      near === undefined
        ? `Add it under \`environments\`, or leave out \`--env\` and \`LOCKSTEP_ENV\`.`
        : `Use \`${near}\`, or add it under \`environments\`.`,
    notes: known.length > 0 ? [`environments: ${known.join(", ")}`] : [],
  });
}

/** The function of the file is called last, because it may ask a secret store. */
async function chooseUrl(
  flags: SettingsFlags,
  variables: EnvValues,
  file: FileValues,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const given = flags.url || variables.url?.value;
  if (given) return given;
  const { url } = file.values;
  if (typeof url !== "function") return url || undefined;
  let value: unknown;
  try {
    value = await url(env);
  } catch (error) {
    throw new Failure({
      class: "config.invalid",
      what: `The function \`url\` of the configuration fails: ${error instanceof Error ? error.message : String(error)}`,
      action: "Correct the function, or give the URL with `--url`.",
      cause: error,
    });
  }
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new Failure({
    class: "config.invalid",
    what: `The function \`url\` of the configuration returns a value of type ${typeof value}.`,
    action: "Return a connection string.",
  });
}

function chooseDirs(
  cwd: string,
  flags: SettingsFlags,
  variables: EnvValues,
  file: ConfigValues,
  loaded: LoadedConfig | undefined,
): string[] {
  if (flags.dir && flags.dir.length > 0) return flags.dir.map((dir) => resolve(cwd, dir));
  if (variables.dir) return splitDirs(variables.dir.value).map((dir) => resolve(cwd, dir));
  // Folders in the file are relative to the file, so that --config works from anywhere.
  const base = loaded ? dirname(loaded.file) : cwd;
  return [file.dir ?? DEFAULT_DIR].flat().map((dir) => resolve(base, dir));
}

function noUrl(): Failure {
  return new Failure({
    class: "config.no_url",
    what: "No database is given.",
    state: "Nothing is connected and nothing is changed.",
    action:
      "Give a connection string with `--url`, as `DATABASE_URL` (or `LOCKSTEP_URL`), or as `url` in lockstep.config.ts.",
    notes: [
      "The variables of libpq count too: PGHOST, PGDATABASE, PGUSER, PGSERVICE.",
      "Without a database of your own, `--embedded` and `lockstep dev` start a local one.",
    ],
  });
}
