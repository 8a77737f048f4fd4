/** What every operation of the runner is given. The CLI and the library build the same object. */
import type { Migration } from "../migrations/migration.ts";
import type { ConnectTarget } from "../postgres/connect.ts";
import type { OnEvent } from "./events.ts";

export interface RunnerSettings {
  /** Schema of the history tables; default `lockstep`. */
  readonly historySchema: string;
  /** Table name prefix inside that schema, for databases where CREATE SCHEMA is not granted. */
  readonly historyPrefix: string;
  /** How long to wait for another runner, in milliseconds. */
  readonly lockWaitMs: number;
  /** The stall cap: the longest time anybody may wait behind us, in milliseconds. */
  readonly capMs: number;
  /** How long to keep trying to get locks for one migration, in milliseconds. */
  readonly budgetMs: number;
  /** How long to keep trying to connect, in milliseconds. */
  readonly connectWaitMs: number;
  readonly outOfOrder: "refuse" | "allow";
  /** Refuse with exit 81 when the schema is not the one that the last run left. */
  readonly strict: boolean;
  /** Placeholders are replaced only when this is set; a missing name is an error. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** The search_path that migrations run with; default: the role's own. */
  readonly searchPath?: string;
}

export const DEFAULT_SETTINGS: RunnerSettings = {
  historySchema: "lockstep",
  historyPrefix: "",
  lockWaitMs: 600_000,
  capMs: 80,
  budgetMs: 600_000,
  connectWaitMs: 60_000,
  outOfOrder: "refuse",
  strict: false,
};

export interface RunnerOptions {
  readonly target: ConnectTarget;
  /** Reads the migrations; called once per run, and again under the lock only for their history. */
  readonly source: () => Promise<readonly Migration[]>;
  readonly settings: RunnerSettings;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
  /** The process ends with this operation, so the parser may be loaded in a way that starts fast. */
  readonly processExitsSoon?: boolean;
}

/** Which migrations a run takes. */
export interface Selection {
  /** Up to and including this version (up), or down to but not including it (down). */
  readonly to?: string;
  readonly count?: number;
}

/** Who settles something by hand, and why; both end in the audit table. */
export interface Reason {
  readonly by: string;
  readonly why: string;
}
