import { expect, test } from "vitest";
import type { RunEvent } from "../../runner/events.ts";
import { createLogRenderer } from "./log.ts";
import { at, RUN } from "./run-events.fixture.ts";

const RUN_ID = "0123abcd-4567-4abc-8def-0123456789ab";

function logged(events: readonly RunEvent[], env: NodeJS.ProcessEnv = {}): object[] {
  const log = createLogRenderer(env);
  return events.flatMap((event) => log.event(event)).map((line) => JSON.parse(line) as object);
}

test("each event is a line with a level, the sentence of plain output and its fields", () => {
  const lines = logged(RUN);
  expect(
    lines.map((line) =>
      Object.entries(line)
        .slice(1, 4)
        .map(([, value]) => value),
    ),
  ).toEqual([
    ["info", "up on shop, PostgreSQL 18.4, direct connection", "run-started"],
    ["debug", "run lock held after 1 ms", "lock-acquired"],
    ["debug", "plan: 2 migrations", "plan"],
    ["info", "start 1_add_users (migrations/1_add_users.sql)", "migration-started"],
    ["info", "NOTICE: relation exists", "notice"],
    ["info", "done 1_add_users 12 ms", "migration-applied"],
    ["info", "start 2_add_email (migrations/2_add_email.sql)", "migration-started"],
    ["info", expect.stringContaining("2_add_email: waiting without queueing"), "blocked"],
    ["warn", expect.stringContaining("2_add_email: stepped back, 2 sessions"), "stepped-back"],
    ["info", expect.stringContaining("Applied 2 migrations in 1.2 s."), "run-finished"],
  ]);
  expect(lines[5]).toEqual({
    time: "2026-11-22T09:00:00.015Z",
    level: "info",
    msg: "done 1_add_users 12 ms",
    event: "migration-applied",
    run_id: "run-1",
    migration: "1_add_users",
    durationMs: 12,
    direction: "up",
  });
});

test("a failing run is an error; waiting is not said at every look", () => {
  const failed = at(9, {
    event: "run-finished",
    outcome: "failed",
    applied: [],
    remaining: 1,
    durationMs: 5,
    longestWaitMs: 0,
  });
  expect(logged([failed])).toMatchObject([{ level: "error", event: "run-finished" }]);
  const waits = [0, 1_000, 2_000, 5_000].map((ms) =>
    at(ms, { event: "waiting-for-connection", reason: "no", elapsedMs: ms }),
  );
  expect(logged(waits)).toHaveLength(2);
});

test("trace and span are named where there is a trace", () => {
  const started: RunEvent = { ...RUN[0]!, runId: RUN_ID };
  expect(logged([started])[0]).not.toHaveProperty("trace_id");
  expect(logged([started], { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector" })[0]).toMatchObject({
    trace_id: "0123abcd45674abc8def0123456789ab",
    span_id: "8def0123456789ab",
  });
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  expect(logged([started], { TRACEPARENT: `00-${trace}-00f067aa0ba902b7-01` })[0]).toMatchObject({
    trace_id: trace,
    span_id: "8def0123456789ab",
  });
});

test("no password is logged, whatever field it is in", () => {
  const text = JSON.stringify(
    logged([
      at(0, {
        event: "waiting-for-connection",
        reason: "postgres://app:hunter2@db/shop is down",
        elapsedMs: 1,
      }),
      at(1, {
        event: "step-started",
        migration: "1_a",
        ordinal: 1,
        statement: "alter role app password 'hunter2'",
      }),
    ]),
  );
  expect(text).toContain("***");
  expect(text).not.toContain("hunter2");
});
