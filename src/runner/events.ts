/**
 * Everything a run says while it works. The same objects are the library's `onEvent` stream and
 * the lines of `--json`; docs/events.md describes them. Adding a field or an event is compatible;
 * removing or renaming one is not.
 */
import type { FailureJson } from "../failures/failure.ts";
import type { LockMode } from "../locks/lock-mode.ts";

/** A session that holds what we wait for, or waits behind us. */
export interface SessionInfo {
  readonly pid: number;
  readonly user?: string;
  readonly application?: string;
  readonly client?: string;
  readonly state?: string;
  /** Milliseconds since its transaction began. */
  readonly transactionAgeMs?: number;
  readonly query?: string;
  readonly backendType?: string;
  readonly relation?: string;
  readonly mode?: LockMode;
}

export interface PreviousRun {
  readonly runId: string;
  /** `applied` or `failed`; runs that were interrupted are passed over. */
  readonly outcome: string;
  readonly failureClass: string | null;
}

export type ConnectionKind = "direct" | "pooled";

export type RunEvent = { readonly at: string; readonly runId: string } & RunEventBody;

export type RunEventBody =
  | {
      readonly event: "run-started";
      readonly command: string;
      readonly database: string;
      readonly server: string;
      readonly connection: ConnectionKind;
      readonly toolVersion: string;
    }
  | {
      readonly event: "waiting-for-connection";
      readonly reason: string;
      readonly elapsedMs: number;
    }
  | {
      readonly event: "waiting-for-lock";
      readonly key: string;
      readonly classid: number;
      readonly objid: number;
      readonly elapsedMs: number;
      readonly holder?: SessionInfo;
    }
  | { readonly event: "lock-acquired"; readonly key: string; readonly elapsedMs: number }
  | {
      readonly event: "run-recorded";
      /** The run that applied or failed before this one, if any: a failure may now be over. */
      readonly previous?: PreviousRun;
    }
  | { readonly event: "plan"; readonly migrations: readonly string[]; readonly steps: number }
  | { readonly event: "recovering"; readonly migration: string; readonly detail: string }
  | { readonly event: "migration-started"; readonly migration: string; readonly file: string }
  | {
      readonly event: "step-started";
      readonly migration: string;
      readonly ordinal: number;
      readonly statement: string;
    }
  | {
      readonly event: "step-progress";
      readonly migration: string;
      readonly ordinal: number;
      readonly phase: string;
      /** 0–100 where the server knows it. */
      readonly percent?: number;
    }
  | {
      readonly event: "step-finished";
      readonly migration: string;
      readonly ordinal: number;
      readonly durationMs: number;
    }
  | {
      readonly event: "blocked";
      readonly migration: string;
      readonly attempt: number;
      readonly elapsedMs: number;
      readonly budgetMs: number;
      readonly blockers: readonly SessionInfo[];
    }
  | {
      /** The policy for blockers ended a session that was in the way, or its statement. */
      readonly event: "blocker-cancelled";
      readonly migration: string;
      readonly pid: number;
      readonly user: string;
      readonly application?: string;
      readonly action: "cancel" | "terminate";
      /** The rule that says so, in words. */
      readonly rule: string;
      readonly state?: string;
      readonly transactionAgeMs?: number;
      /** Without passwords. */
      readonly query?: string;
    }
  | {
      readonly event: "retrying";
      readonly migration: string;
      readonly attempt: number;
      readonly pauseMs: number;
      readonly reason: string;
      /** Of the failure that ended the attempt. */
      readonly class?: string;
    }
  | {
      readonly event: "stepped-back";
      readonly migration: string;
      readonly victims: number;
      readonly waitedMs: number;
    }
  | {
      readonly event: "migration-applied";
      readonly migration: string;
      readonly durationMs: number;
      readonly direction: "up" | "down";
    }
  | {
      readonly event: "notice";
      readonly migration?: string;
      readonly severity: string;
      readonly message: string;
    }
  | {
      readonly event: "warning";
      readonly code: string;
      readonly message: string;
      readonly migration?: string;
    }
  | { readonly event: "log"; readonly migration: string; readonly message: string }
  | { readonly event: "interrupted"; readonly signal: string }
  | {
      readonly event: "run-finished";
      readonly outcome: "applied" | "nothing-to-do" | "failed" | "interrupted";
      readonly applied: readonly string[];
      readonly remaining: number;
      /** Of `remaining`: contract migrations, which `--phase expand` leaves for later. */
      readonly deferred?: number;
      readonly durationMs: number;
      /** The longest time that another session was seen waiting behind us. */
      readonly longestWaitMs: number;
      /** The highest applied version now, null before the first; missing where no history was read. */
      readonly current?: string | null;
      readonly failure?: FailureJson;
    };

export type OnEvent = (event: RunEvent) => void;
