import { expect, test } from "vitest";
import type { RunEvent, RunEventBody } from "../runner/events.ts";
import { fold, initialState, samplesOf, type RunState } from "./collect.ts";
import { METRICS, type MetricId } from "./metric-catalogue.ts";

type Finished = Extract<RunEventBody, { event: "run-finished" }>;

const OPENED = Date.parse("2026-11-22T09:00:00.000Z");

function at(ms: number, body: RunEventBody): RunEvent {
  return { ...body, at: new Date(OPENED + ms).toISOString(), runId: "run-1" };
}

const STARTED = at(100, {
  event: "run-started",
  command: "up",
  database: "shop",
  server: "18.4",
  connection: "direct",
  toolVersion: "0.1.0",
});

/** An index build in the second of two migrations, behind others and before others. */
const UNDER_WAY: readonly RunEvent[] = [
  STARTED,
  at(400, {
    event: "waiting-for-lock",
    key: "1",
    classid: 1,
    objid: 2,
    elapsedMs: 300,
  }),
  at(600, { event: "lock-acquired", key: "1", elapsedMs: 500 }),
  at(610, { event: "plan", migrations: ["1_a", "2_b"], steps: 2 }),
  at(700, { event: "migration-started", migration: "1_a", file: "1_a.sql" }),
  at(800, {
    event: "retrying",
    migration: "1_a",
    attempt: 1,
    pauseMs: 50,
    reason: "a lock was not free within the cap: pid 4711",
    class: "ddl.lock_timeout",
  }),
  at(850, {
    event: "blocker-cancelled",
    migration: "1_a",
    pid: 4711,
    user: "secret",
    action: "terminate",
    rule: "idle in transaction for longer than 5 min",
  }),
  at(900, { event: "stepped-back", migration: "1_a", victims: 3, waitedMs: 81 }),
  at(1_000, { event: "migration-applied", migration: "1_a", durationMs: 300, direction: "up" }),
  at(1_100, { event: "migration-started", migration: "2_b", file: "2_b.sql" }),
  at(1_100, {
    event: "step-started",
    migration: "2_b",
    ordinal: 1,
    statement: "create index concurrently secret_name on orders (id)",
  }),
  at(2_000, {
    event: "blocked",
    migration: "2_b",
    attempt: 1,
    elapsedMs: 900,
    budgetMs: 600_000,
    blockers: [{ pid: 4711, query: "select 'secret'" }],
  }),
  at(3_100, {
    event: "step-progress",
    migration: "2_b",
    ordinal: 1,
    phase: "building index",
    percent: 50,
  }),
];

test("while a run is under way", () => {
  const state = foldAll(UNDER_WAY);
  expect(values(state, 5_100)).toMatchObject({
    run_in_progress: 1,
    run_heartbeat_timestamp_seconds: OPENED / 1000 + 5.1,
    run_aborting: 0,
    migrations_planned: 2,
    migrations_applied: 1,
    progress_ratio: 0.75,
    'stage_duration_seconds{"stage":"connect"}': 0.1,
    'stage_duration_seconds{"stage":"runner_lock"}': 0.5,
    'stage_duration_seconds{"stage":"apply"}': 4.4,
    'stage_duration_seconds{"stage":"total"}': 5.1,
    'step_duration_seconds{"statement_kind":"CREATE INDEX CONCURRENTLY"}': 4,
    blockers: 1,
    'blockers_ended{"action":"terminate"}': 1,
    lock_wait_seconds: 0.9,
    'retries{"failure_class":"ddl.lock_timeout"}': 1,
    step_backs: 1,
    victims_max: 3,
    longest_wait_seconds: 0.081,
  });
  expect(Object.keys(values(state, 5_100)).filter((id) => id.startsWith("last_"))).toEqual([]);
});

test("a run that ended well", () => {
  const state = foldAll([
    ...UNDER_WAY,
    at(6_100, { event: "step-finished", migration: "2_b", ordinal: 1, durationMs: 5_000 }),
    at(6_100, { event: "migration-applied", migration: "2_b", durationMs: 5_000, direction: "up" }),
    finished({ outcome: "applied", applied: ["1_a", "2_b"], current: "2" }),
  ]);
  expect(values(state, 99_000)).toMatchObject({
    run_in_progress: 0,
    progress_ratio: 1,
    blockers: 0,
    'stage_duration_seconds{"stage":"apply"}': 5.4,
    'step_duration_seconds{"statement_kind":"CREATE INDEX CONCURRENTLY"}': 5,
    last_run_success: 1,
    last_run_start_timestamp_seconds: OPENED / 1000,
    last_run_completion_timestamp_seconds: OPENED / 1000 + 7,
    last_run_duration_seconds: 7,
    migrations_pending: 0,
    schema_partial: 0,
    'schema_info{"version":"2"}': 1,
    last_success_timestamp_seconds: OPENED / 1000 + 7,
  });
});

test("a run that failed says class, SQLSTATE and exit code, and nothing of success", () => {
  const state = foldAll([
    ...UNDER_WAY,
    finished({
      outcome: "failed",
      applied: ["1_a"],
      remaining: 1,
      current: "1",
      failure: {
        class: "data.unique",
        exitCode: 80,
        what: "secret",
        state: "",
        action: "",
        migration: "2_b",
        server: { sqlstate: "23505", message: "secret" },
      },
    }),
  ]);
  const all = samplesOf(state, { now: OPENED + 9_000 });
  expect(all.find(({ metric }) => metric === "last_run_info")?.labels).toEqual({
    command: "up",
    outcome: "failed",
    failure_class: "data.unique",
    sqlstate: "23505",
    exit_code: "80",
    migration: "2_b",
    tool_version: "0.1.0",
    server_version: "18.4",
  });
  expect(values(state, 9_000)).toMatchObject({
    last_run_success: 0,
    migrations_pending: 1,
    schema_partial: 1,
  });
  expect(all.some(({ metric }) => metric === "last_success_timestamp_seconds")).toBe(false);
  expect(JSON.stringify(all)).not.toContain("secret");
});

test("what --phase expand leaves for later is not pending: nobody has to do anything about it", () => {
  const state = foldAll([
    ...UNDER_WAY,
    finished({ outcome: "applied", applied: ["1_a"], current: "1", remaining: 3, deferred: 2 }),
  ]);
  expect(values(state, 9_000)).toMatchObject({
    migrations_pending: 1,
    contract_migrations_pending: 2,
  });
});

test("a run that could not connect does not claim that nothing is pending", () => {
  const failure = { class: "conn.refused" as const, exitCode: 75, what: "", state: "", action: "" };
  const state = foldAll([finished({ outcome: "failed", failure })]);
  const all = values(state, 9_000);
  expect(all).toMatchObject({ last_run_success: 0, run_in_progress: 0 });
  expect(all).not.toHaveProperty("migrations_pending");
});

test("an end without a last event is a bug's", () => {
  const all = samplesOf(foldAll([STARTED]), { now: OPENED + 500, ended: true });
  expect(all.find(({ metric }) => metric === "last_run_info")?.labels).toMatchObject({
    outcome: "failed",
    failure_class: "bug",
    exit_code: "70",
  });
  expect(all.find(({ metric }) => metric === "run_in_progress")?.value).toBe(0);
});

test("only the labels of the catalogue are said", () => {
  const state = foldAll([...UNDER_WAY, finished({ outcome: "applied", current: null })]);
  for (const { metric, labels } of samplesOf(state, { now: OPENED })) {
    expect([metric, Object.keys(labels)]).toEqual([metric, METRICS[metric].labels]);
  }
});

function finished(more: Partial<Finished> & Pick<Finished, "outcome">): RunEvent {
  return at(7_000, {
    event: "run-finished",
    applied: [],
    remaining: 0,
    durationMs: 7_000,
    longestWaitMs: 5,
    ...more,
  });
}

function foldAll(events: readonly RunEvent[]): RunState {
  return events.reduce(fold, initialState(OPENED));
}

function values(state: RunState, ms: number): Record<string, number> {
  const name = (metric: MetricId, labels: object): string =>
    Object.keys(labels).length === 0 || metric === "last_run_info"
      ? metric
      : metric + JSON.stringify(labels);
  return Object.fromEntries(
    samplesOf(state, { now: OPENED + ms }).map(({ metric, labels, value }) => [
      name(metric, labels),
      value,
    ]),
  );
}
