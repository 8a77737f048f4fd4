import { expect, test } from "vitest";
import type { RunEvent } from "../../runner/events.ts";
import { INITIAL_LIVE, liveLines, nextLive, permanentLines } from "./live.ts";
import { PLAIN_PAINT } from "./paint.ts";
import { at, BLOCKED, BLOCKER, RUN } from "./run-events.fixture.ts";
import { displayWidth } from "./width.ts";

function stateAfter(events: readonly RunEvent[]) {
  return events.reduce(nextLive, INITIAL_LIVE);
}

const NOW = Date.parse(at(12_350, RUN[1] as never).at);

test("what stays on the screen is a line per migration and the summary", () => {
  let state = INITIAL_LIVE;
  const lines = RUN.flatMap((event) => {
    const permanent = permanentLines(event, state, PLAIN_PAINT);
    state = nextLive(state, event);
    return permanent;
  });
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "up on shop, PostgreSQL 18.4, direct connection
      NOTICE: relation exists
    ✓ 1_add_users 12 ms
    ! 2_add_email: stepped back, 2 sessions waited up to 81 ms behind us
    Applied 2 migrations in 1.2 s. Longest wait we caused: 34 ms."
  `);
  expect(liveLines(state, NOW, 80, PLAIN_PAINT)).toEqual([]);
});

test("a waiting migration shows the elapsed time and who holds the lock", () => {
  const state = stateAfter(RUN.slice(0, RUN.indexOf(BLOCKED) + 1));
  expect(liveLines(state, NOW, 120, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "⠼ 2_add_email  12 s  waits without queueing, attempt 3, 250 ms of 10 min
        held by pid 4711 (report, app), active for 6.0 s, ACCESS SHARE on orders: select count(*) from orders"
  `);
});

test("an index build shows its phase and percentage, and blockers are gone", () => {
  const progress = at(9_000, {
    event: "step-progress",
    migration: "2_add_email",
    ordinal: 1,
    phase: "building index: scanning table",
    percent: 43.7,
  });
  const state = nextLive(stateAfter(RUN.slice(0, RUN.indexOf(BLOCKED) + 1)), progress);
  expect(liveLines(state, NOW, 120, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(
    `"⠼ 2_add_email  12 s  building index: scanning table, 43 %"`,
  );
});

test("another runner's work shows its holder", () => {
  const waiting = at(7_000, {
    event: "waiting-for-lock",
    key: "1",
    classid: 1,
    objid: 2,
    elapsedMs: 7_000,
    holder: BLOCKER,
  });
  expect(liveLines(stateAfter([waiting]), NOW, 120, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "⠼ another runner is at work; waiting for it  12 s
        pid 4711 (report, app), active for 6.0 s, ACCESS SHARE on orders: select count(*) from orders"
  `);
});

test("no live line is wider than the terminal, and there are never more than a few", () => {
  const many = at(300, {
    ...BLOCKED,
    blockers: Array.from({ length: 40 }, () => ({ ...BLOCKER, query: "用户".repeat(400) })),
  } as never);
  const lines = liveLines(stateAfter([...RUN.slice(0, 7), many]), NOW, 40, PLAIN_PAINT);
  expect(Math.max(...lines.map(displayWidth))).toBeLessThan(40);
  expect(lines).toHaveLength(7);
});

test("a statement of several lines stays one live line", () => {
  const step = at(60, {
    event: "step-started",
    migration: "2_add_email",
    ordinal: 1,
    statement: "alter table users\n  add column email text",
  });
  const lines = liveLines(stateAfter([...RUN.slice(0, 7), step]), NOW, 80, PLAIN_PAINT);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("\n");
});
