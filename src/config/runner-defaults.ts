/** What a run can be told, and what holds when it is told nothing. */
import type { ContractConfig } from "./contract-config.ts";
import type { CareSettings } from "./care-config.ts";

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
  /** Missing: as the format of the folder has it, for our own `refuse`. */
  readonly outOfOrder?: "refuse" | "allow";
  /** Refuse with exit 81 when the schema is not the one that the last run left. */
  readonly strict: boolean;
  /** Placeholders are replaced only when this is set; a missing name is an error. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** A view of the name of the other tool's history table, for migrations that read it. */
  readonly historyView?: boolean;
  /** The search_path that migrations run with; default: the role's own. */
  readonly searchPath?: string;
  /** Who must be gone before a migration marked contract is applied; missing: the guard is on. */
  readonly contract?: ContractConfig;
  /** Windows, blockers, replicas, disk: what protects the server and who else uses it. */
  readonly care?: CareSettings;
}

export const DEFAULT_SETTINGS: RunnerSettings = {
  historySchema: "lockstep",
  historyPrefix: "",
  lockWaitMs: 600_000,
  capMs: 80,
  budgetMs: 600_000,
  connectWaitMs: 60_000,
  strict: false,
};
