/**
 * What the gate says of a database: whether this build may start against it. Pure data, decided from
 * the files and the history; an interface (`--json`, the library).
 */

export interface GateState {
  /** Everything that this build needs is applied and nothing of it is half done. */
  readonly ready: boolean;
  /** Waiting does not help: why this build is too old for the database. */
  readonly tooOld?: string;
  readonly historyExists: boolean;
  /** The highest applied version. */
  readonly current: string | null;
  /** Ids of what this build needs and the database has not. */
  readonly missing: readonly string[];
  /** Contract migrations that are not applied: nobody waits for them. */
  readonly contract: readonly string[];
  /** Ids of what this build needs and a run has left half done. */
  readonly unfinished: readonly string[];
  /** Ids of files that differ from what was applied. */
  readonly edited: readonly string[];
  /** Applied versions that this build does not know. */
  readonly ahead: readonly string[];
  /** The run that holds the lock at this moment. */
  readonly running: GateRun | null;
  /** The last run that ended, where it did not end well. */
  readonly failed: GateFailure | null;
}

export interface GateRun {
  /** Null while it has no row yet. */
  readonly runId: string | null;
  readonly host: string | null;
  /** Milliseconds since it began. */
  readonly elapsedMs: number | null;
  /** How many migrations it has applied so far. */
  readonly applied: number;
  /** The statement that it works on, where it is one of the journal. */
  readonly step: GateStep | null;
}

export interface GateStep {
  readonly migration: string;
  readonly ordinal: number;
  readonly kind: string;
}

export interface GateFailure {
  readonly runId: string;
  readonly outcome: string;
  readonly failureClass: string | null;
  readonly message: string | null;
}

/** What is asked for, where it is not simply everything that the build ships. */
export interface GateRules {
  /** Needed is this version, and nothing else. */
  readonly require?: string;
  /** The most unknown versions that the database may be ahead by. */
  readonly maxAhead?: number;
  /** Contract migrations are needed like the others. */
  readonly requireContract?: boolean;
}
