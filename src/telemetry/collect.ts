/**
 * From the events of a run to the values of its metrics. Pure: `fold` takes one event, `samplesOf`
 * says what the metrics are at a moment.
 *
 * C1. Whatever is cut short is still told: a run that fails before its first event, or ends without
 *     a last one (a bug), has an outcome all the same.
 * C2. Nothing but the catalogue's labels leaves this file (metric-catalogue.ts, N2).
 */
import { EXIT_CODES } from "../failures/exit-codes.ts";
import type { RunEvent } from "../runner/events.ts";
import { METRICS, type MetricId } from "./metric-catalogue.ts";
import { statementKind } from "./statement-kind.ts";

export interface Sample {
  readonly metric: MetricId;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Finished = Extract<RunEvent, { event: "run-finished" }>;

export interface RunState {
  /** When we began to listen: the run has not begun before. Milliseconds since 1970. */
  readonly openedAt: number;
  readonly started?: Extract<RunEvent, { event: "run-started" }>;
  readonly finished?: Finished;
  readonly planned: number;
  readonly applied: number;
  readonly lockWaitMs: number;
  /** Of the wait that is going on. */
  readonly waitingMs: number;
  readonly applyFrom?: number;
  readonly applyTo?: number;
  /** 0 to 1, of the step that runs now. */
  readonly stepRatio: number;
  readonly step?: { readonly kind: string; readonly since: number };
  readonly stepMs: Readonly<Record<string, number>>;
  readonly blockers: number;
  readonly blockersEnded: Readonly<Record<string, number>>;
  readonly blockedMs: number;
  readonly retries: Readonly<Record<string, number>>;
  readonly stepBacks: number;
  readonly victimsMax: number;
  readonly longestWaitMs: number;
  readonly aborting: boolean;
}

export function initialState(openedAt: number): RunState {
  return {
    openedAt,
    planned: 0,
    applied: 0,
    lockWaitMs: 0,
    waitingMs: 0,
    stepRatio: 0,
    stepMs: {},
    blockers: 0,
    blockersEnded: {},
    blockedMs: 0,
    retries: {},
    stepBacks: 0,
    victimsMax: 0,
    longestWaitMs: 0,
    aborting: false,
  };
}

export function fold(state: RunState, event: RunEvent): RunState {
  const at = Date.parse(event.at);
  switch (event.event) {
    case "run-started":
      return { ...state, started: event };
    case "waiting-for-lock":
      return { ...state, waitingMs: event.elapsedMs };
    case "lock-acquired":
      return { ...state, lockWaitMs: state.lockWaitMs + event.elapsedMs, waitingMs: 0 };
    case "plan":
      // After a broken connection the next turn plans what is left.
      return { ...state, planned: state.applied + event.migrations.length };
    case "migration-started":
      return { ...state, applyFrom: state.applyFrom ?? at, stepRatio: 0, blockers: 0 };
    case "step-started":
      return {
        ...state,
        stepRatio: 0,
        step: { kind: statementKind(event.statement), since: at },
      };
    case "step-progress":
      return event.percent === undefined ? state : { ...state, stepRatio: event.percent / 100 };
    case "step-finished":
      return withoutStep(withStepTime(state, event.durationMs));
    case "blocked":
      return {
        ...state,
        blockers: event.blockers.length,
        blockedMs: Math.max(state.blockedMs, event.elapsedMs),
      };
    case "blocker-cancelled":
      return { ...state, blockersEnded: oneMore(state.blockersEnded, event.action) };
    case "retrying":
      return { ...state, retries: oneMore(state.retries, event.class ?? "unknown") };
    case "stepped-back":
      return {
        ...state,
        stepBacks: state.stepBacks + 1,
        victimsMax: Math.max(state.victimsMax, event.victims),
        longestWaitMs: Math.max(state.longestWaitMs, event.waitedMs),
      };
    case "migration-applied":
      return withoutStep({ ...state, applied: state.applied + 1, applyTo: at, blockers: 0 });
    case "interrupted":
      return { ...state, aborting: true };
    case "run-finished":
      return {
        ...withoutStep(state),
        finished: event,
        blockers: 0,
        applied: event.applied.length,
        longestWaitMs: Math.max(state.longestWaitMs, event.longestWaitMs),
      };
    default:
      return state;
  }
}

function oneMore(counts: Readonly<Record<string, number>>, key: string): Record<string, number> {
  return { ...counts, [key]: (counts[key] ?? 0) + 1 };
}

function withStepTime(state: RunState, ms: number): RunState {
  if (state.step === undefined) return state;
  const { kind } = state.step;
  return {
    ...state,
    stepMs: { ...state.stepMs, [kind]: Math.max(state.stepMs[kind] ?? 0, ms) },
  };
}

function withoutStep(state: RunState): RunState {
  const { step: _, ...rest } = state;
  return { ...rest, stepRatio: 0 };
}

export interface SamplesOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The run is over; without a last event that is a bug's end. */
  readonly ended?: boolean;
}

/** The values of all metrics that have one now, in the order of the catalogue. */
export function samplesOf(state: RunState, { now, ended = false }: SamplesOptions): Sample[] {
  const over = ended || state.finished !== undefined;
  const values: Partial<Record<MetricId, Sample[]>> = {
    ...running(state, over ? endOf(state, now) : now, over),
    ...(over && end(state, now)),
  };
  return (Object.keys(METRICS) as MetricId[]).flatMap((id) => values[id] ?? []);
}

/** Whether the run is over and all is well; decides about the success metrics. */
export function succeeded(state: RunState): boolean {
  const outcome = state.finished?.outcome;
  return outcome === "applied" || outcome === "nothing-to-do";
}

function running(state: RunState, now: number, over: boolean): Partial<Record<MetricId, Sample[]>> {
  const applyTo = over ? (state.applyTo ?? now) : now;
  const stages: Record<string, number | undefined> = {
    connect: (state.started ? Date.parse(state.started.at) : now) - state.openedAt,
    runner_lock: state.lockWaitMs + state.waitingMs,
    apply: state.applyFrom === undefined ? 0 : Math.max(0, applyTo - state.applyFrom),
    total: state.finished?.durationMs ?? now - state.openedAt,
  };
  const steps = state.step ? withStepTime(state, now - state.step.since).stepMs : state.stepMs;
  return {
    run_in_progress: one("run_in_progress", over ? 0 : 1),
    run_heartbeat_timestamp_seconds: one("run_heartbeat_timestamp_seconds", now / 1000),
    run_aborting: one("run_aborting", state.aborting ? 1 : 0),
    migrations_planned: one("migrations_planned", state.planned),
    migrations_applied: one("migrations_applied", state.applied),
    progress_ratio: one("progress_ratio", progress(state)),
    stage_duration_seconds: by("stage_duration_seconds", "stage", stages, 1000),
    step_duration_seconds: by("step_duration_seconds", "statement_kind", steps, 1000),
    blockers: one("blockers", state.blockers),
    blockers_ended: by("blockers_ended", "action", state.blockersEnded, 1),
    lock_wait_seconds: one("lock_wait_seconds", state.blockedMs / 1000),
    retries: by("retries", "failure_class", state.retries, 1),
    step_backs: one("step_backs", state.stepBacks),
    victims_max: one("victims_max", state.victimsMax),
    longest_wait_seconds: one("longest_wait_seconds", state.longestWaitMs / 1000),
  };
}

function end(state: RunState, now: number): Partial<Record<MetricId, Sample[]>> {
  const { finished, started } = state;
  const completed = endOf(state, now);
  const durationMs = finished?.durationMs ?? completed - state.openedAt;
  const success = succeeded(state);
  const failure = finished?.failure;
  const exitCode = failure?.exitCode ?? (success ? EXIT_CODES.ok.code : EXIT_CODES.bug.code);
  const info = {
    command: started?.command ?? "",
    outcome: finished?.outcome ?? "failed",
    failure_class: failure?.class ?? (success ? "" : "bug"),
    sqlstate: failure?.server?.sqlstate ?? "",
    exit_code: String(exitCode),
    migration: failure?.migration ?? "",
    tool_version: started?.toolVersion ?? "",
    server_version: started?.server ?? "",
  };
  // What is left of the history after a `down` is nobody's task; a run that did not come to read the
  // history does not know what is pending.
  const known = started?.command === "up" && finished?.current !== undefined;
  const deferred = finished?.deferred ?? 0;
  const pending = known ? finished.remaining - deferred : undefined;
  return {
    last_run_success: one("last_run_success", success ? 1 : 0),
    last_run_start_timestamp_seconds: one(
      "last_run_start_timestamp_seconds",
      (completed - durationMs) / 1000,
    ),
    last_run_completion_timestamp_seconds: one(
      "last_run_completion_timestamp_seconds",
      completed / 1000,
    ),
    last_run_duration_seconds: one("last_run_duration_seconds", durationMs / 1000),
    last_run_info: [{ metric: "last_run_info", labels: info, value: 1 }],
    ...(pending !== undefined && {
      migrations_pending: one("migrations_pending", pending),
      contract_migrations_pending: one("contract_migrations_pending", deferred),
    }),
    schema_partial: one("schema_partial", exitCode === EXIT_CODES.partial.code ? 1 : 0),
    ...(finished?.current !== undefined && {
      schema_info: [
        { metric: "schema_info", labels: { version: finished.current ?? "" }, value: 1 },
      ],
    }),
    ...(success && {
      last_success_timestamp_seconds: one("last_success_timestamp_seconds", completed / 1000),
    }),
  };
}

function endOf(state: RunState, now: number): number {
  return state.finished ? Date.parse(state.finished.at) : now;
}

function progress(state: RunState): number {
  const { finished, planned, applied, stepRatio } = state;
  if (planned === 0) return finished && succeeded(state) ? 1 : 0;
  return Math.min(1, (applied + stepRatio) / planned);
}

function one(metric: MetricId, value: number): Sample[] {
  return [{ metric, labels: {}, value }];
}

function by(
  metric: MetricId,
  label: string,
  values: Readonly<Record<string, number | undefined>>,
  divisor: number,
): Sample[] {
  return Object.entries(values).map(([name, value = 0]) => ({
    metric,
    labels: { [label]: name },
    value: value / divisor,
  }));
}
