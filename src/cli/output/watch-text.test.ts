import { expect, test } from "vitest";
import type { WatchState } from "../../runbook/watch-state.ts";
import { PLAIN_PAINT } from "./paint.ts";
import { barOf, createWatchLog, endLines, watchBlock, withoutClocks } from "./watch-text.ts";
import { displayWidth } from "./width.ts";

const RUN = {
  id: "1a2b3c4d-0000-4000-8000-000000000000",
  command: "up",
  host: "shop-7f9",
  by: "migrator",
  commit: "0123456789abcdef",
  startedAt: "2026-01-01T00:00:00.000Z",
  elapsedMs: 65_000,
  outcome: "running",
  applied: 2,
  longestWaitMs: null,
  failure: null,
};
const STATE: WatchState = {
  at: "2026-01-01T00:01:05.000Z",
  run: RUN,
  activity: "blocked",
  step: {
    migration: "3_index",
    ordinal: 1,
    attempt: null,
    statement: "create index concurrently\n  orders_id on orders (id)",
    elapsedMs: 42_000,
    progress: {
      phase: "waiting for old snapshots",
      percent: 100,
      detail: "1 of 3 sessions done",
      relation: "orders",
    },
    relation: null,
  },
  wants: { what: "the end of older transactions", waitedMs: 2000 },
  blockers: Array.from({ length: 6 }, (_, index) => ({
    pid: 4711 + index,
    application: "report",
    state: "idle in transaction",
    transactionAgeMs: 180_000,
    query: "select \u001b[31m1",
  })),
  victims: [{ session: { pid: 9, application: "vacuum" }, waitedMs: 1500, relation: "orders" }],
  hidden: false,
};

test.each([40, 80, 120])("the live block fits a terminal of %i columns", (columns) => {
  const lines = watchBlock({ state: STATE, ageMs: 500 }, 0, columns, PLAIN_PAINT);
  expect(lines.length).toBeLessThanOrEqual(12);
  for (const line of lines) expect(displayWidth(line)).toBeLessThan(columns);
  expect(lines.join("\n")).not.toContain("\u001b");
});

test("the live block says step, elapsed time, progress, blockers and victims", () => {
  expect(watchBlock({ state: STATE, ageMs: 500 }, 0, 200, PLAIN_PAINT)).toEqual([
    "up, run 1a2b3c4d on shop-7f9 by migrator, commit 0123456789ab, 1 min 6 s, 2 migrations applied",
    "⠋ 3_index, statement 1  43 s",
    "  ████████████████████ waiting for old snapshots, 1 of 3 sessions done on orders",
    "  create index concurrently orders_id on orders (id)",
    "  held up by pid 4711 (report), idle in transaction for 3 min: select \\x1b[31m1",
    "  held up by pid 4712 (report), idle in transaction for 3 min: select \\x1b[31m1",
    "  held up by pid 4713 (report), idle in transaction for 3 min: select \\x1b[31m1",
    "  and 3 more sessions",
    "  behind it for 1.5 s, on orders: pid 9 (vacuum)",
  ]);
  const idle = { ...STATE, step: { ...STATE.step!, elapsedMs: null } };
  expect(watchBlock({ state: idle, ageMs: 0, waitingMs: 3000 }, 0, 80, PLAIN_PAINT)[1]).toBe(
    "⠋ 3_index, statement 1  3.0 s",
  );
  expect(watchBlock({ state: STATE, ageMs: 0, away: "no route" }, 0, 80, PLAIN_PAINT)[1]).toBe(
    "⠋ the server is away, trying again: no route",
  );
});

test("the log says what is new, and nothing twice", () => {
  const log = createWatchLog();
  expect(log({ kind: "run", at: STATE.at, run: RUN })).toEqual([
    expect.stringMatching(/^2026-01-01T00:01:05Z up, run 1a2b3c4d .* 2 migrations applied$/),
  ]);
  const first = log({ kind: "state", state: STATE });
  expect(first).toHaveLength(8);
  expect(first[0]).toMatch(/Z 3_index, statement 1: waiting for old snapshots$/);
  const later = { ...STATE, run: { ...RUN, elapsedMs: 66_000 } };
  expect(log({ kind: "state", state: later })).toEqual([]);
  expect(log({ kind: "state", state: { ...later, victims: [] } })).toEqual([]);
  // The same session is behind it again.
  expect(log({ kind: "state", state: later })).toHaveLength(1);
});

test("within a phase a tenth is news", () => {
  const log = createWatchLog();
  const at = (percent: number): number => {
    const progress = { phase: "scanning heap", percent, detail: null, relation: "t" };
    const step = { ...STATE.step!, progress };
    const state = { ...STATE, activity: "working" as const, wants: null, blockers: [], step };
    return log({ kind: "state", state }).length;
  };
  expect([1, 5, 9.9, 10, 19, 20].map(at)).toEqual([2, 0, 0, 1, 0, 1]);
});

test("clocks are no change", () => {
  const later: WatchState = {
    ...STATE,
    at: "2026-01-01T00:01:06.000Z",
    run: { ...RUN, elapsedMs: 66_000 },
    victims: [{ ...STATE.victims[0]!, waitedMs: 2500 }],
  };
  expect(withoutClocks(later)).toEqual(withoutClocks(STATE));
  expect(withoutClocks({ ...STATE, victims: [] })).not.toEqual(withoutClocks(STATE));
});

test("the end says how it ended, and where to look", () => {
  const run = { ...RUN, outcome: "applied", longestWaitMs: 3 };
  const state: WatchState = { ...STATE, run, activity: "ended", step: null };
  expect(endLines({ kind: "ended", state }, PLAIN_PAINT)).toEqual([
    "Run 1a2b3c4d ended well, 2 migrations applied in 1 min 5 s. Longest wait it caused: 3 ms.",
  ]);
  expect(endLines({ kind: "nothing", state: null }, PLAIN_PAINT)[0]).toBe(
    "No run is recorded here.",
  );
  expect(endLines({ kind: "killed", state: STATE }, PLAIN_PAINT).join(" ")).toContain(
    "The next run goes on where it was.",
  );
});

test("a bar has twenty places, whatever it is given", () => {
  expect([-1, 0, 50, 100, 170].map((percent) => barOf(percent).replaceAll("░", "").length)).toEqual(
    [0, 0, 10, 20, 20],
  );
});
