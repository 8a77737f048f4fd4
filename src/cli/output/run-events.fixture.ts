/** The events of a run with a blocker, an index build and a failure, for the tests of outputs. */
import type { RunEvent, RunEventBody, SessionInfo } from "../../runner/events.ts";

const START = Date.parse("2026-11-22T09:00:00.000Z");

export function at(ms: number, body: RunEventBody): RunEvent {
  return { ...body, at: new Date(START + ms).toISOString(), runId: "run-1" };
}

export const BLOCKER: SessionInfo = {
  pid: 4711,
  application: "report",
  user: "app",
  state: "active",
  transactionAgeMs: 6_000,
  query: "select count(*) from orders",
  relation: "orders",
  mode: "ACCESS SHARE",
};

export const STARTED: RunEvent = at(0, {
  event: "run-started",
  command: "up",
  database: "shop",
  server: "18.4",
  connection: "direct",
  toolVersion: "0.1.0",
});

export const BLOCKED: RunEvent = at(300, {
  event: "blocked",
  migration: "2_add_email",
  attempt: 3,
  elapsedMs: 250,
  budgetMs: 600_000,
  blockers: [BLOCKER],
});

export const RUN: readonly RunEvent[] = [
  STARTED,
  at(1, { event: "lock-acquired", key: "1", elapsedMs: 1 }),
  at(2, { event: "plan", migrations: ["1_add_users", "2_add_email"], steps: 2 }),
  at(3, {
    event: "migration-started",
    migration: "1_add_users",
    file: "migrations/1_add_users.sql",
  }),
  at(4, {
    event: "notice",
    migration: "1_add_users",
    severity: "NOTICE",
    message: "relation exists",
  }),
  at(15, { event: "migration-applied", migration: "1_add_users", durationMs: 12, direction: "up" }),
  at(50, {
    event: "migration-started",
    migration: "2_add_email",
    file: "migrations/2_add_email.sql",
  }),
  BLOCKED,
  at(400, { event: "stepped-back", migration: "2_add_email", victims: 2, waitedMs: 81 }),
  at(1_200, {
    event: "run-finished",
    outcome: "applied",
    applied: ["1_add_users", "2_add_email"],
    remaining: 0,
    durationMs: 1_200,
    longestWaitMs: 34,
  }),
];
