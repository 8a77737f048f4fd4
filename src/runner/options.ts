/** What every operation of the runner is given. The CLI and the library build the same object. */
import { DEFAULT_SETTINGS, type RunnerSettings } from "../config/runner-defaults.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import type { ConnectTarget } from "../postgres/connect.ts";
import type { OnEvent } from "./events.ts";

export { DEFAULT_SETTINGS, type RunnerSettings };

export interface RunnerOptions {
  readonly target: ConnectTarget;
  /** Reads the migrations; called once per run, and again under the lock only for their history. */
  readonly source: () => Promise<MigrationSet>;
  readonly settings: RunnerSettings;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
  /** The process ends with this operation, so the parser may be loaded in a way that starts fast. */
  readonly processExitsSoon?: boolean;
  /** Who takes it upon themselves that old code may still run, and why. */
  readonly force?: Reason;
}

/** The part of what is pending that can run while old code does, or the part that cannot. */
export type PhaseChoice = "expand" | "contract";

/** Which migrations a run takes. */
export interface Selection {
  /** Up to and including this version (up), or down to but not including it (down). */
  readonly to?: string;
  readonly count?: number;
  /** `contract`: only migrations marked so; `expand`: all but these. Default: all, in order. */
  readonly phase?: PhaseChoice;
}

/** Who settles something by hand, and why; both end in the audit table. */
export interface Reason {
  readonly by: string;
  readonly why: string;
}
