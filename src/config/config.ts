/** The shape of `lockstep.config.ts`. What is not given comes from the environment or a default. */
import type { CareValues } from "./care-config.ts";
import type { Duration } from "./duration.ts";
import type { DeployValues } from "./deploy-config.ts";
import type { LintConfig } from "./lint-config.ts";

export interface ConfigValues extends DeployValues, CareValues {
  /** Folders with migrations, relative to the configuration file; default `migrations`. */
  readonly dir?: string | readonly string[] | undefined;
  /** The tool whose format the folder has, `native` for our own; default: what the folder shows. */
  readonly format?: string | undefined;
  /** A connection string, or a function that gets one, from a secret store for example. */
  readonly url?:
    | string
    | ((env: NodeJS.ProcessEnv) => string | undefined | Promise<string | undefined>)
    | undefined;
  /** Schema of the history tables; default `lockstep`. */
  readonly historySchema?: string | undefined;
  /** Table name prefix inside that schema. */
  readonly historyPrefix?: string | undefined;
  /** How long to wait for another runner; default `10m`. */
  readonly lockWait?: Duration | undefined;
  /** The stall cap: the longest time anybody may wait behind a migration; default `80ms`. */
  readonly lockTimeout?: Duration | undefined;
  /** How long to keep trying to get the locks of one migration; default `10m`. */
  readonly budget?: Duration | undefined;
  /** How long to keep trying to connect; default `60s`. */
  readonly connectWait?: Duration | undefined;
  /** Whether a version below the newest applied one may still be applied; default `refuse`. */
  readonly outOfOrder?: "refuse" | "allow" | undefined;
  /** Stop when the schema is not the one that the last run left. */
  readonly strict?: boolean | undefined;
  /** Make a view of the name of the other tool's history table, for migrations that read it. */
  readonly historyView?: boolean | undefined;
  /** The search_path of migrations; default: the role's own. */
  readonly searchPath?: string | undefined;
  /**
   * Switches `${name}` in SQL files on. `true` takes all values from LOCKSTEP_PLACEHOLDER_<NAME>;
   * these variables also win over values given here.
   */
  readonly placeholders?: Readonly<Record<string, string>> | true | undefined;
}

export interface Config extends ConfigValues {
  /** Values by environment name, chosen with `--env` or LOCKSTEP_ENV. */
  readonly environments?: Readonly<Record<string, ConfigValues>> | undefined;
  /** Severities, packs, budgets and exceptions of `lockstep lint`. */
  readonly lint?: LintConfig | undefined;
}

/** Returns its argument; it is there so that editors complete and check the configuration. */
export function defineConfig(config: Config): Config {
  return config;
}
