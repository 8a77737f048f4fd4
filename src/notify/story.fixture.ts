/** Runs as their events tell them, for tests and for the examples of docs/notify.md. */
import type { RunEvent, RunEventBody } from "../runner/events.ts";
import type { RunPlace } from "../runner/run-sink.ts";
import type { Message } from "./message.ts";
import { messageOf, NOTHING_YET, tell, type Story } from "./story.ts";

export const PLACE: RunPlace = {
  cluster: "prod-eu",
  environment: "production",
  target: "migrator@db-1.internal:5432/shop",
  database: "shop",
  historySchema: "lockstep",
  links: {
    runbook: "https://runbooks.example.com/lockstep",
    dashboard: "https://grafana.example.com/d/lockstep",
    run: "https://ci.example.com/jobs/4711",
  },
};

const FAILED_ID = "2f0a7c1e-8d54-4c39-9d3b-6a1f0e5b7c20";
const NEXT_ID = "b7d9e3a2-1c46-4f0a-8e57-90c2d41fa6b3";

export function events(runId: string, bodies: readonly RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({
    at: new Date(Date.UTC(2026, 4, 7, 9, 30, index)).toISOString(),
    runId,
    ...body,
  }));
}

export const STARTED: RunEventBody = {
  event: "run-started",
  command: "up",
  database: "shop",
  server: "18.4",
  connection: "direct",
  toolVersion: "0.1.0",
};

/** A unique index that the data do not allow: its INVALID remains stay, which is urgent. */
export const FAILED_RUN: readonly RunEvent[] = events(FAILED_ID, [
  STARTED,
  { event: "run-recorded" },
  {
    event: "migration-started",
    migration: "20260507_orders_number",
    file: "20260507_orders_number.sql",
  },
  {
    event: "step-started",
    migration: "20260507_orders_number",
    ordinal: 1,
    statement: "create unique index concurrently orders_number_key on orders (number)",
  },
  {
    event: "run-finished",
    outcome: "failed",
    applied: [],
    remaining: 2,
    durationMs: 41_250,
    longestWaitMs: 12,
    failure: {
      class: "data.unique",
      exitCode: 80,
      what: '`20260507_orders_number`: could not create unique index "orders_number_key".',
      state: "The index `orders_number_key` is there and INVALID; nobody reads it.",
      action:
        "Remove the duplicates, and run the same command again: it drops the index and builds it again.",
      migration: "20260507_orders_number",
      location: {
        file: "migrations/20260507_orders_number.sql",
        line: 3,
        column: 1,
        lineText: "create unique index concurrently orders_number_key on orders (number);",
      },
      server: {
        sqlstate: "23505",
        message: 'could not create unique index "orders_number_key"',
        detail: "Key (number)=(2024-000317) is duplicated.",
      },
      notes: ["2 rows have the same `number`."],
    },
  },
]);

export const RECOVERED_RUN: readonly RunEvent[] = events(NEXT_ID, [
  STARTED,
  {
    event: "run-recorded",
    previous: { runId: FAILED_ID, outcome: "failed", failureClass: "data.unique" },
  },
  {
    event: "run-finished",
    outcome: "applied",
    applied: ["20260507_orders_number", "20260508_orders_note"],
    remaining: 0,
    durationMs: 52_100,
    longestWaitMs: 9,
  },
]);

export const NOTHING_RUN: readonly RunEvent[] = events(NEXT_ID, [
  STARTED,
  {
    event: "run-finished",
    outcome: "nothing-to-do",
    applied: [],
    remaining: 0,
    durationMs: 38,
    longestWaitMs: 0,
  },
]);

export function storyOf(run: readonly RunEvent[]): Story {
  return run.reduce(tell, NOTHING_YET);
}

export function message(run: readonly RunEvent[], place: Partial<RunPlace> = {}): Message {
  const teller = { host: "migrate-7f9c4-x2x5p", toolVersion: "0.1.0" };
  return messageOf(storyOf(run), { ...PLACE, ...place }, teller)!;
}
