/**
 * A plan is data: the ordered steps that a run will take. It can be printed, compared and stored.
 */
import type { WindowReport } from "./window-text.ts";
import type { LockMode } from "../locks/lock-mode.ts";
import type { Directives, NonTransactionalKind } from "../sql/statement.ts";

export interface PlannedLock {
  /** As written in the statement, schema-qualified where the author did. */
  readonly relation: string;
  readonly mode: LockMode;
  /** false: not measured for this shape; the strongest mode is assumed. */
  readonly known: boolean;
}

export interface PlannedStatement {
  readonly ordinal: number;
  /** The first line, shortened for people. */
  readonly summary: string;
  readonly line: number;
  readonly nonTransactional?: NonTransactionalKind;
  readonly locks: readonly PlannedLock[];
}

export interface PlannedStep {
  /** A whole file in one transaction, or one statement by itself. */
  readonly transaction: "file" | "statement" | "none" | "module";
  readonly statements: readonly PlannedStatement[];
}

export interface PlannedMigration {
  readonly id: string;
  readonly file: string;
  readonly direction: "up" | "down";
  readonly kind: "versioned" | "repeatable";
  readonly directives: Directives;
  readonly steps: readonly PlannedStep[];
  /** Said before anything runs: opaque text, locks not known, own transaction. */
  readonly warnings: readonly string[];
}

export interface RefusedMigration {
  readonly id: string;
  readonly file: string;
  readonly failure: import("../failures/failure.ts").FailureJson;
}

export interface Plan {
  readonly direction: "up" | "down";
  readonly server: string;
  readonly connection: "direct" | "pooled";
  readonly historyExists: boolean;
  readonly migrations: readonly PlannedMigration[];
  readonly refused: readonly RefusedMigration[];
  /** Whether it may be applied now; null without windows and freezes. */
  readonly window: WindowReport | null;
}
