/**
 * What `lockstep watch` knows of a run at one moment: pure data, also the objects of `--json`. What
 * the role may not see is missing.
 */
import type { FailureJson } from "../failures/failure.ts";
import type { SessionInfo } from "../runner/events.ts";
import type { StepProgress } from "./watch-progress.ts";

export interface WatchState {
  /** The server's clock, ISO 8601. */
  readonly at: string;
  /** Null while no run is recorded. */
  readonly run: WatchedRun | null;
  /** `gone`: no session of it is connected. It was killed, or it is about to connect again. */
  readonly activity: "working" | "blocked" | "between" | "gone" | "ended";
  readonly step: WatchedStep | null;
  /** What it waits for, where it queues for a lock. */
  readonly wants: WantedNow | null;
  readonly blockers: readonly SessionInfo[];
  /** Who waits behind it, longest first. */
  readonly victims: readonly Victim[];
  /** Something is hidden from this role: states and statements of other roles. */
  readonly hidden: boolean;
}

export interface WatchedRun {
  readonly id: string;
  readonly command: string;
  readonly host: string;
  readonly by: string;
  readonly commit: string | null;
  readonly startedAt: string;
  /** Milliseconds, until now or until its end. */
  readonly elapsedMs: number;
  /** `running`, `applied`, `failed` or `interrupted`. */
  readonly outcome: string;
  /** How many migrations it has applied or reverted so far. */
  readonly applied: number;
  /** Known at its end. */
  readonly longestWaitMs: number | null;
  readonly failure: FailureJson | null;
}

export interface WatchedStep {
  /** Null where neither the session's name nor the journal says it: between two files. */
  readonly migration: string | null;
  /** The statement's place in its file, where the journal has it. */
  readonly ordinal: number | null;
  /** 1 for the first; null where nothing was tried again. */
  readonly attempt: number | null;
  readonly statement: string | null;
  /** Milliseconds since the statement began. */
  readonly elapsedMs: number | null;
  readonly progress: StepProgress | null;
  /** The largest relation that it has locked: what the server knows where it tells no progress. */
  readonly relation: { readonly name: string; readonly bytes: number } | null;
}

export interface WantedNow {
  /** `a lock on orders`, or what else is waited for. */
  readonly what: string;
  readonly waitedMs: number | null;
}

export interface Victim {
  readonly session: SessionInfo;
  readonly waitedMs: number;
  readonly relation?: string;
}

/** A migration that was applied or reverted while somebody watched. */
export interface WatchedMigration {
  readonly id: string;
  readonly direction: "up" | "down";
  readonly durationMs: number | null;
}
