import { expect, test } from "vitest";
import {
  observerName,
  observingName,
  parseSessionName,
  runSessionName,
  waitingName,
  workingName,
} from "./session-names.ts";

const ID = "1a2b3c4d-0000-4000-8000-000000000000";

test("what a name says is read back", () => {
  const run = "1a2b3c4d";
  expect(parseSessionName(workingName(ID, "3_add_email"))).toEqual({
    run,
    observer: false,
    migration: "3_add_email",
  });
  expect(parseSessionName(observingName(ID, "R__views"))).toEqual({
    run,
    observer: true,
    migration: "R__views",
  });
  const waits = { pids: [4711, 0], attempt: 12, migration: "3_add" };
  expect(waitingName(ID, waits)).toBe("lockstep 1a2b3c4d at 3_add waits 4711,0 (12) observer");
  expect(parseSessionName(waitingName(ID, waits))).toEqual({
    run,
    observer: true,
    migration: "3_add",
    waitsFor: [4711, 0],
    attempt: 12,
  });
  const first = waitingName(ID, { ...waits, attempt: 1 });
  expect(first).toBe("lockstep 1a2b3c4d at 3_add waits 4711,0 observer");
  expect(parseSessionName(first)).toMatchObject({ attempt: 1, waitsFor: [4711, 0] });
  expect(parseSessionName(waitingName(ID, { ...waits, pids: [] }))).toMatchObject({
    migration: "3_add",
    waitsFor: [],
  });
});

test("a host is no migration", () => {
  const base = runSessionName(ID, "shop-migrate-x7k2p");
  expect(parseSessionName(base)).toEqual({ run: "1a2b3c4d", observer: false });
  expect(parseSessionName(observerName(base))).toEqual({ run: "1a2b3c4d", observer: true });
  expect(parseSessionName("lockstep trace")).toBeUndefined();
  expect(parseSessionName("psql")).toBeUndefined();
});

test("a long name keeps the version and a pid, in what the server keeps", () => {
  const migration = "20240102120000_ümlaut_and_a_very_long_description";
  const long = waitingName(ID, {
    pids: [4194301, 4194302, 4194303],
    attempt: 100,
    migration,
  });
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(63);
  expect(parseSessionName(long)).toEqual({
    run: "1a2b3c4d",
    observer: true,
    waitsFor: [4194301],
    attempt: 100,
    cut: true,
    migration: expect.stringMatching(/^2024010212/),
  });
  expect(parseSessionName(workingName(ID, migration))).toMatchObject({
    cut: true,
    migration: "20240102120000_?mlaut_and_a_very_long_des",
  });
});
