/** What LOCKSTEP_* and DATABASE_URL variables say; an empty variable counts as not set. */
import { delimiter } from "node:path";

import { nearest } from "../failures/nearest.ts";
import type { ConfigValues } from "./config.ts";

/** Each variable, and the configuration key that it replaces where there is one. */
const VARIABLES = {
  LOCKSTEP_URL: "url",
  LOCKSTEP_DIR: "dir",
  LOCKSTEP_FORMAT: "format",
  LOCKSTEP_HISTORY_SCHEMA: "historySchema",
  LOCKSTEP_HISTORY_PREFIX: "historyPrefix",
  LOCKSTEP_LOCK_WAIT: "lockWait",
  LOCKSTEP_LOCK_TIMEOUT: "lockTimeout",
  LOCKSTEP_BUDGET: "budget",
  LOCKSTEP_CONNECT_WAIT: "connectWait",
  LOCKSTEP_OUT_OF_ORDER: "outOfOrder",
  LOCKSTEP_STRICT: "strict",
  LOCKSTEP_HISTORY_VIEW: "historyView",
  LOCKSTEP_SEARCH_PATH: "searchPath",
  // Read by the settings and by `up`; the release is what a heartbeat calls itself.
  LOCKSTEP_CONTRACT_GUARD: undefined,
  LOCKSTEP_PHASE: undefined,
  LOCKSTEP_RELEASE: undefined,
  LOCKSTEP_ENV: undefined,
  LOCKSTEP_CONFIG: undefined,
  LOCKSTEP_LOG: undefined,
  LOCKSTEP_PUSHGATEWAY: undefined,
  LOCKSTEP_METRICS_TEXTFILE: undefined,
  LOCKSTEP_METRICS_LISTEN: undefined,
  LOCKSTEP_TERMINATION_LOG: undefined,
  // Read elsewhere: the commit that a run records, the folder of prepared servers, and stack
  // traces for bug reports.
  LOCKSTEP_COMMIT: undefined,
  LOCKSTEP_CACHE: undefined,
  LOCKSTEP_DEBUG: undefined,
} as const satisfies Record<string, keyof ConfigValues | undefined>;

const PLACEHOLDER_PREFIX = "LOCKSTEP_PLACEHOLDER_";

/**
 * Kubernetes gives every pod such variables for each Service of its namespace; one that is called
 * `lockstep` or `lockstep-…` is no slip of the pen.
 */
const SERVICE_LINK =
  /^LOCKSTEP_(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_.+)?)?)$/;

/** The value of a key and the variable that gave it. */
export interface EnvValue {
  readonly value: string;
  readonly from: string;
}

export type EnvValues = Partial<Record<keyof ConfigValues, EnvValue>>;

export function readEnv(env: NodeJS.ProcessEnv): EnvValues {
  const values: EnvValues = {};
  if (env["DATABASE_URL"]) values.url = { value: env["DATABASE_URL"], from: "`DATABASE_URL`" };
  for (const [name, key] of Object.entries(VARIABLES)) {
    const value = env[name];
    if (key !== undefined && value) values[key] = { value, from: `\`${name}\`` };
  }
  return values;
}

/** LOCKSTEP_DIR holds several folders like PATH does: separated by `:`, by `;` on Windows. */
export function splitDirs(value: string): string[] {
  return value.split(delimiter).filter((dir) => dir !== "");
}

/**
 * The placeholders of the environment, or undefined when there are none. Variables are upper case
 * by custom and names in SQL are not, so that LOCKSTEP_PLACEHOLDER_OWNER gives `OWNER` and `owner`.
 */
export function readPlaceholders(env: NodeJS.ProcessEnv): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(PLACEHOLDER_PREFIX) || value === undefined) continue;
    const placeholder = name.slice(PLACEHOLDER_PREFIX.length);
    found[placeholder.toLowerCase()] = value;
  }
  for (const [name, value] of Object.entries(env)) {
    // Exact spelling after all lower-cased ones, so that it is never overwritten by another's.
    if (name.startsWith(PLACEHOLDER_PREFIX) && value !== undefined) {
      found[name.slice(PLACEHOLDER_PREFIX.length)] = value;
    }
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** One warning for each LOCKSTEP_ variable that nothing reads. */
export function warnUnknown(env: NodeJS.ProcessEnv): string[] {
  const warnings: string[] = [];
  for (const name of Object.keys(env)) {
    if (!name.startsWith("LOCKSTEP_") || Object.hasOwn(VARIABLES, name)) continue;
    // LOCKSTEP_TEST_ is for fault injection in tests.
    if (name.startsWith(PLACEHOLDER_PREFIX) || name.startsWith("LOCKSTEP_TEST_")) continue;
    if (SERVICE_LINK.test(name)) continue;
    const near = nearest(name, Object.keys(VARIABLES));
    warnings.push(
      `The variable \`${name}\` is not known and has no effect${near === undefined ? "" : `; did you mean \`${near}\``}.`,
    );
  }
  return warnings;
}
