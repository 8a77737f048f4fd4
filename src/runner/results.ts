/** What the operations return: plain data, the same for the library and for `--json`. */
import type { FailureJson } from "../failures/failure.ts";
import type { Phase } from "../migrations/phase.ts";
import type { WindowReport } from "./window-text.ts";
import type { AppliedDetail, RunDetail } from "../history/details.ts";

export interface RunResult {
  readonly runId: string;
  readonly outcome: "applied" | "nothing-to-do";
  /** Ids in the order in which they were applied (or reverted, for `down`). */
  readonly applied: readonly string[];
  readonly remaining: number;
  readonly durationMs: number;
  /** The longest time that another session was seen waiting behind us, in milliseconds. */
  readonly longestWaitMs: number;
  readonly warnings: readonly string[];
}

export interface AppliedRow extends AppliedDetail {
  readonly id: string;
}

export type ProblemKind = "edited" | "missing" | "out-of-order" | "interrupted" | "unknown-outcome";

export interface Problem {
  readonly kind: ProblemKind;
  readonly migration: string;
  /** What is wrong, one sentence. */
  readonly message: string;
  /** What to do, imperative, with the exact command where there is one. */
  readonly action: string;
  readonly failure: FailureJson;
}

export interface PendingRow {
  readonly id: string;
  readonly file: string;
  readonly kind: "versioned" | "repeatable";
  /** For repeatables: applied before with another content. */
  readonly changed: boolean;
  /** What the file says of itself with `lockstep:phase`. */
  readonly phase?: Phase;
}

export interface StatusResult {
  readonly database: string;
  /** Server version as `18.4`. */
  readonly server: string;
  readonly connection: "direct" | "pooled";
  readonly historySchema: string;
  readonly historyExists: boolean;
  /** The highest applied version, null before the first. */
  readonly current: string | null;
  readonly applied: readonly AppliedRow[];
  readonly pending: readonly PendingRow[];
  readonly problems: readonly Problem[];
  readonly lastRun: LastRun | null;
  /** Set when another runner holds the lock now. */
  readonly running: {
    readonly pid: number;
    readonly application: string;
    readonly since: string;
  } | null;
  /** Whether migrations may be applied now; null without windows and freezes. */
  readonly window: WindowReport | null;
}

export type LastRun = RunDetail;

export interface VerifyResult {
  readonly checked: number;
  readonly problems: readonly Problem[];
}

export interface DoctorCheck {
  readonly id: string;
  readonly title: string;
  readonly status: "ok" | "info" | "warn" | "fail";
  readonly message: string;
  readonly action?: string;
}

export interface DoctorResult {
  readonly checks: readonly DoctorCheck[];
}
