/** The public API. Everything exported here is stable; everything else is not. */
export { lint, migrate, plan, status, verify, type MigrateOptions } from "./library/operations.ts";
export { adopt, type AdoptHistoryOptions } from "./library/takeover.ts";
export {
  createSchemaReadiness,
  gate,
  ready,
  type GateOptions,
  type ReadinessOptions,
} from "./library/gate.ts";
export type { Readiness } from "./gate/readiness.ts";
export type { GateFailure, GateRules, GateRun, GateState, GateStep } from "./gate/state.ts";
export type { LintOptions } from "./library/lint.ts";
export { heartbeat, type HeartbeatOptions, type QueryPool } from "./library/heartbeat.ts";
export type { CommonOptions } from "./library/options.ts";
export type { Connection, PgClient, PgPool } from "./library/connection.ts";
export type { Heartbeat } from "./gate/heartbeat.ts";
export type { CareSettings } from "./config/care-config.ts";
export type { ContractConfig } from "./config/contract-config.ts";
export { defineConfig, type Config } from "./config/config.ts";
export {
  Failure,
  type FailureJson,
  type ServerError,
  type SourceLocation,
} from "./failures/failure.ts";
export { EXIT_CODES, type ExitCode, type ExitCodeName } from "./failures/exit-codes.ts";
export { FAILURE_CLASSES, type FailureClass, type FailureClassId } from "./failures/taxonomy.ts";
export type { LintConfig, LintRuleSetting, LintRuleSettings } from "./config/lint-config.ts";
export type { Edit, Finding, FindingKind, Fix, LongWork, Severity } from "./lint/finding.ts";
export type { LintOutcome as LintResult } from "./lint/lint.ts";
export type { MigrationData } from "./migrations/from-data.ts";
export type {
  JsonValue,
  MigrationContext,
  MigrationModule,
  MigrationQueries,
  MigrationSql,
  Row,
} from "./migrations/migration.ts";
export type {
  ConnectionKind,
  OnEvent,
  RunEvent,
  RunEventBody,
  SessionInfo,
} from "./runner/events.ts";
export type {
  Plan,
  PlannedLock,
  PlannedMigration,
  PlannedStatement,
  PlannedStep,
  RefusedMigration,
} from "./runner/plan.ts";
export type {
  AppliedRow,
  LastRun,
  PendingRow,
  Problem,
  ProblemKind,
  RunResult,
  StatusResult,
  VerifyResult,
} from "./runner/results.ts";
export type { AdoptResult } from "./takeover/adopt.ts";
export type { AdoptEntry, AdoptState } from "./takeover/match.ts";
export { createSandbox, type Sandbox } from "./sandbox/sandbox.ts";
