import { expect, test } from "vitest";
import { LOCK_MODES } from "../../locks/lock-mode.ts";
import { count, describeSession, formatDuration, formatInstant, whoWaits } from "./words.ts";

const durations: readonly (readonly [number, string])[] = [
  [0, "0 ms"],
  [0.4, "0 ms"],
  [34, "34 ms"],
  [999.4, "999 ms"],
  [1_000, "1.0 s"],
  [9_940, "9.9 s"],
  [9_960, "10 s"],
  [59_600, "1 min"],
  [185_000, "3 min 5 s"],
  [3_600_000, "1 h"],
  [7_260_000, "2 h 1 min"],
];

test.each(durations)("%d milliseconds are %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("who waits is said for each lock mode", () => {
  expect(Object.fromEntries(LOCK_MODES.map((mode) => [mode, whoWaits(mode)])))
    .toMatchInlineSnapshot(`
    {
      "ACCESS EXCLUSIVE": "reads and writes wait",
      "ACCESS SHARE": "reads and writes go on",
      "EXCLUSIVE": "writes wait, reads go on",
      "ROW EXCLUSIVE": "reads and writes go on",
      "ROW SHARE": "reads and writes go on",
      "SHARE": "writes wait, reads go on",
      "SHARE ROW EXCLUSIVE": "writes wait, reads go on",
      "SHARE UPDATE EXCLUSIVE": "reads and writes go on",
    }
  `);
});

test("a session is described by what is known of it", () => {
  expect(describeSession({ pid: 7 })).toMatchInlineSnapshot(`"pid 7"`);
  expect(
    describeSession({
      pid: 4711,
      user: "app",
      application: "report",
      client: "10.0.0.7",
      state: "active",
      transactionAgeMs: 6_000,
      query: "select *\n  from orders",
      backendType: "client backend",
      relation: "users",
      mode: "ACCESS SHARE",
    }),
  ).toMatchInlineSnapshot(
    `"pid 4711 (report, app, 10.0.0.7), active for 6.0 s, ACCESS SHARE on users: select * from orders"`,
  );
  expect(describeSession({ pid: 9, backendType: "autovacuum worker" })).toMatchInlineSnapshot(
    `"pid 9 autovacuum worker"`,
  );
});

test("one is singular and an instant is in UTC", () => {
  expect([count(0, "migration"), count(1, "migration"), count(2, "migration")]).toEqual([
    "0 migrations",
    "1 migration",
    "2 migrations",
  ]);
  expect(formatInstant("2026-11-22T10:23:10.123+01:00")).toBe("2026-11-22 09:23:10 UTC");
});
