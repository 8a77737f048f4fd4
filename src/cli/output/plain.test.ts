import { expect, test } from "vitest";
import type { RunEvent } from "../../runner/events.ts";
import { createPlainRenderer } from "./plain.ts";
import { at, BLOCKED, RUN, STARTED } from "./run-events.fixture.ts";

test("a run is a line per event that matters", () => {
  const render = createPlainRenderer();
  expect(RUN.flatMap(render).join("\n")).toMatchInlineSnapshot(`
    "2026-11-22T09:00:00Z up on shop, PostgreSQL 18.4, direct connection
    2026-11-22T09:00:00Z start 1_add_users (migrations/1_add_users.sql)
    2026-11-22T09:00:00Z NOTICE: relation exists
    2026-11-22T09:00:00Z done 1_add_users 12 ms
    2026-11-22T09:00:00Z start 2_add_email (migrations/2_add_email.sql)
    2026-11-22T09:00:00Z 2_add_email: waiting without queueing, attempt 3, 250 ms of 10 min; held by pid 4711 (report, app), active for 6.0 s, ACCESS SHARE on orders: select count(*) from orders
    2026-11-22T09:00:00Z 2_add_email: stepped back, 2 sessions waited up to 81 ms behind us
    2026-11-22T09:00:01Z Applied 2 migrations in 1.2 s. Longest wait we caused: 34 ms."
  `);
});

test("waiting is said again only after five seconds", () => {
  const render = createPlainRenderer();
  const blocked = (ms: number) => at(ms, BLOCKED);
  expect(render(blocked(0))).toHaveLength(1);
  expect(render(blocked(4_999))).toEqual([]);
  expect(render(blocked(5_000))).toHaveLength(1);
});

test("a reverted run says so, and what failed says how many are not applied", () => {
  const render = createPlainRenderer();
  const lines = [
    at(0, { ...STARTED, command: "down" } as RunEvent),
    at(5, { event: "migration-applied", migration: "2_x", durationMs: 3, direction: "down" }),
    at(9, {
      event: "run-finished",
      outcome: "failed",
      applied: ["2_x"],
      remaining: 1,
      durationMs: 9,
      longestWaitMs: 0,
    }),
  ].flatMap(render);
  expect(lines.slice(1).join("\n")).toMatchInlineSnapshot(`
    "2026-11-22T09:00:00Z done 2_x reverted 3 ms
    2026-11-22T09:00:00Z Failed. Reverted 1 migration in 9 ms. Longest wait we caused: 0 ms."
  `);
});

test("a baseline records and does not pretend to have run anything", () => {
  const render = createPlainRenderer();
  const lines = [
    at(0, { ...STARTED, command: "baseline" } as RunEvent),
    at(5, { event: "migration-applied", migration: "1_x", durationMs: 0, direction: "up" }),
    at(9, {
      event: "run-finished",
      outcome: "applied",
      applied: ["1_x"],
      remaining: 2,
      durationMs: 9,
      longestWaitMs: 0,
    }),
  ].flatMap(render);
  expect(lines.slice(1).join("\n")).toMatchInlineSnapshot(`
    "2026-11-22T09:00:00Z done 1_x recorded
    2026-11-22T09:00:00Z Recorded 1 migration as applied; nothing was run."
  `);
});
