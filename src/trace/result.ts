/** What a trace says. Plain data; the JSON form is an interface: docs/trace.md. */
import type { FailureJson } from "../failures/failure.ts";
import type { Finding } from "../lint/finding.ts";
import type { LockMode } from "../locks/lock-mode.ts";
import type { WorkKind } from "../locks/lock-facts.ts";

export interface TraceResult {
  /** Of the sandbox: `18.4`. */
  readonly server: string;
  readonly history: ReplayedHistory;
  readonly files: readonly TracedFile[];
  readonly warnings: readonly string[];
  /** Extensions that the sandbox lacks and some file asks for. */
  readonly missingExtensions: readonly string[];
  /** Missing without `--stats`. */
  readonly budget?: Budget;
  /** What stopped the trace: the error of a statement. */
  readonly failure: FailureJson | null;
}

export interface ReplayedHistory {
  readonly migrations: number;
  /** How many of them were there already, from an earlier trace. */
  readonly cached: number;
  /** Statements that the sandbox could not run. */
  readonly leftOut: readonly LeftOut[];
  /** Roles that the files name and nobody creates; made for the trace. */
  readonly roles: readonly string[];
  readonly durationMs: number;
}

export interface LeftOut {
  readonly migration: string;
  readonly line: number;
  readonly summary: string;
  readonly reason: string;
}

export interface TracedFile {
  readonly id: string;
  readonly file: string;
  readonly steps: readonly TracedStep[];
  readonly findings: readonly MarkedFinding[];
  /** Long work that blocks writers and that no finding speaks of. */
  readonly onlyByTrace: readonly Unforeseen[];
  readonly warnings: readonly string[];
  /** Why nothing of the file was traced. */
  readonly untraced?: string;
}

export interface TracedStep {
  /** A whole file in one transaction, or one statement by itself. */
  readonly transaction: "file" | "statement" | "none" | "module";
  readonly statements: readonly TracedStatement[];
  /** Relations that were there before the step, in the order in which they were locked. */
  readonly held: readonly HeldLock[];
  readonly durationMs: number;
  /** One per relation whose writers or readers wait; missing without `--stats`. */
  readonly prediction?: readonly Prediction[];
}

export type Outcome = "traced" | "untraced" | "failed";

export interface TracedStatement {
  readonly ordinal: number;
  readonly line: number;
  readonly summary: string;
  readonly outcome: Outcome;
  /** Why it was not traced, or what the server said. */
  readonly reason?: string;
  /** What it took beyond what its transaction held. */
  readonly locks: readonly TracedLock[];
  readonly work: readonly TracedWork[];
  /** What the server said about work that a constraint made unnecessary. */
  readonly proofs: readonly string[];
  readonly durationMs: number;
  readonly changed: {
    readonly created: readonly string[];
    readonly dropped: readonly string[];
    readonly altered: readonly string[];
  };
}

export interface TracedLock {
  /** As people write it: `orders`, `billing.orders`. */
  readonly relation: string;
  readonly kind: RelationKind;
  readonly mode: LockMode;
  readonly blocksReads: boolean;
  readonly blocksWrites: boolean;
  /** Made by the same step: nobody waits for it. */
  readonly isNew: boolean;
  /** `measured`: not seen here, but known of this kind of statement. */
  readonly seen: "held" | "waited-for" | "measured";
}

export type RelationKind =
  | "table"
  | "partitioned table"
  | "index"
  | "view"
  | "materialized view"
  | "sequence"
  | "foreign table"
  | "composite type";

export interface TracedWork {
  readonly kind: WorkKind;
  readonly relation: string;
  readonly index?: string;
  readonly isNew: boolean;
  /** The strongest mode that the step holds on the relation meanwhile. */
  readonly mode: LockMode | null;
  /** What the server said, or how it was seen. */
  readonly message: string;
}

export interface HeldLock {
  readonly relation: string;
  readonly kind: RelationKind;
  /** The strongest. */
  readonly mode: LockMode;
  readonly blocksReads: boolean;
  readonly blocksWrites: boolean;
  /** Ordinal of the statement that took it at all. */
  readonly since: number;
  /** Ordinal of the statement from which on writers wait; null: they do not. */
  readonly blocksSince: number | null;
}

export type Verdict = "confirmed" | "refuted" | "untraced";

export interface MarkedFinding extends Pick<
  Finding,
  "rule" | "severity" | "line" | "statement" | "message" | "longWork"
> {
  readonly relation?: string;
  readonly verdict: Verdict;
}

export interface Unforeseen {
  readonly statement: number;
  readonly line: number;
  readonly kind: WorkKind;
  readonly relation: string;
  readonly mode: LockMode;
}

export interface Range {
  readonly lowMs: number;
  readonly expectedMs: number;
  readonly highMs: number;
}

export interface Prediction {
  readonly relation: string;
  readonly mode: LockMode;
  /** How long it is held, in production; null: its size is not known. */
  readonly held: Range | null;
  readonly waits: {
    readonly reads: boolean;
    readonly writes: boolean;
    /** Scans and row changes that arrive meanwhile, as expected; null: not known. */
    readonly readsMeanwhile: number | null;
    readonly writesMeanwhile: number | null;
  };
  /** The work that takes the time. */
  readonly because: readonly PredictedWork[];
  /** Why less is known than is wanted. */
  readonly unknown: readonly string[];
}

export interface PredictedWork extends Range {
  readonly statement: number;
  readonly kind: WorkKind;
  readonly relation: string;
  readonly index?: string;
  readonly bytes: number;
}

export interface Budget {
  /** The longest transaction that was open when the statistics were taken: we may wait for it. */
  readonly longestTransactionMs: number | null;
  /** Number of recorded durations that the prediction is calibrated by. */
  readonly calibratedBy: number;
  readonly maxBlockMs?: number;
  readonly exceeded: readonly Exceeded[];
}

export interface Exceeded {
  readonly id: string;
  readonly file: string;
  /** 1-based. */
  readonly step: number;
  readonly relation: string;
  readonly expectedMs: number;
  readonly overMs: number;
}
