/** Who is in the way of a contract migration, and what is said about it. */
import { describe, expect, test } from "vitest";
import { migrationsFromData } from "../migrations/from-data.ts";
import { nativeSet, type Migration } from "../migrations/migration.ts";
import {
  contractNeeds,
  oldCodeFailure,
  oldCodeFor,
  type RunningCode,
  type RunningInstances,
  type UnknownSessions,
} from "./contract.ts";
import { applied } from "./history.fixture.ts";
import { reconcile } from "./reconcile.ts";

const SINCE = "2026-01-02T03:04:05Z";
const one = (release: string | null, ships: string[] | null, count = 1): RunningInstances => ({
  release,
  ships,
  count,
  hosts: Array.from({ length: count }, (_, n) => `pod-${n}`),
  since: SINCE,
});
const unknown = (more: Partial<UnknownSessions> = {}): UnknownSessions => ({
  role: "app",
  address: "192.0.2.1",
  hidden: false,
  application: "",
  since: SINCE,
  count: 2,
  ...more,
});
const running = (
  instances: RunningCode["instances"],
  sessions: readonly UnknownSessions[] = [],
): RunningCode => ({ instances, sessions, user: "migrator" });

function contract(text: string, ...more: string[]): { work: Migration[]; set: Migration[] } {
  const set = migrationsFromData([
    ...more.map((name) => ({ name, sql: "select 1" })),
    { name: "007_drop.sql", sql: `${text}\ndrop table a` },
  ]);
  return { set, work: set.slice(-1) };
}

describe("who is in the way", () => {
  test.each([
    ["nobody, when all ship it", running([one("2", ["7"]), one("3", ["6", "7"])]), undefined],
    ["who does not ship it", running([one("2", ["7"]), one("1", [])]), ["1"]],
    ["who ships only a later one", running([one("2", ["8"])]), ["2"]],
    ["who does not say", running([one("2", ["7"]), one(null, null)]), [null]],
  ])("%s", (_name, code, old) => {
    expect(oldCodeFor("7", code)?.instances.map(({ release }) => release)).toEqual(old);
  });

  test("unknown sessions, whatever the instances ship", () => {
    const sessions = [unknown()];
    expect(oldCodeFor("7", running([one("2", ["7"])], sessions))).toEqual({
      needs: "7",
      heartbeats: "seen",
      instances: [],
      sessions,
    });
  });

  test.each([
    ["no table", undefined, "none"],
    ["no heartbeat", [], "none"],
    ["no right to read them", "unreadable", "unreadable"],
  ] as const)("everybody, with %s", (_name, instances, heartbeats) => {
    expect(oldCodeFor("7", running(instances))).toMatchObject({ heartbeats });
  });
});

describe("what is said", () => {
  const migration = contract("-- lockstep:phase contract").work[0]!;
  const said = (code: RunningCode) => {
    const { what, notes, action } = oldCodeFailure(migration, oldCodeFor("7", code)!, "migrator");
    return [what, ...notes, action];
  };

  test("instances by release with some of their hosts, then sessions", () => {
    expect(
      said(running([one("1.9", [], 5), one(null, null)], [unknown({ application: "shop" })])),
    ).toEqual([
      "`007_drop` takes away what code before version 7 may use, and 6 instances run without it and 2 sessions belong to nobody known.",
      `5 instances of release 1.9 on pod-0, pod-1, pod-2 and 2 more, since ${SINCE}`,
      `1 instance of an unnamed release on pod-0, since ${SINCE}, which does not say what it ships`,
      `2 sessions of \`app\` (shop) from 192.0.2.1, since ${SINCE}`,
      expect.stringContaining("--phase expand"),
    ]);
  });

  test("sessions whose place is hidden, and the right that shows it", () => {
    expect(
      said(
        running(
          [one("2", ["7"])],
          [unknown({ address: null, hidden: true, since: null, count: 1 })],
        ),
      ),
    ).toEqual([
      expect.stringContaining("1 session belongs to nobody known"),
      "1 session of `app` from an address that is hidden",
      "`migrator` may not see where sessions of other roles come from: grant pg_read_all_stats to it.",
      expect.stringContaining("contract.ignoreRoles"),
    ]);
  });
});

describe("what it waits for", () => {
  const needs = (text: string, ...more: string[]): string[] => {
    const { set, work } = contract(text, ...more);
    return contractNeeds(work, nativeSet(set)).map((need) => need.needs);
  };

  test("nothing, unless it is marked contract", () => {
    expect(needs("-- lockstep:phase expand")).toEqual([]);
    expect(needs("-- nothing")).toEqual([]);
  });

  test("its own version, or the one that it names", () => {
    expect(needs("-- lockstep:phase contract")).toEqual(["7"]);
    expect(needs("-- lockstep:phase contract\n-- lockstep:after 3", "003_a.sql")).toEqual(["3"]);
    expect(needs("-- lockstep:phase contract\n-- lockstep:after 003_a", "003_a.sql")).toEqual([
      "3",
    ]);
  });

  test("a version that is not there is an error where it counts", () => {
    const { set, work } = contract("-- lockstep:phase contract\n-- lockstep:after 4", "003_a.sql");
    expect(() => contractNeeds(work, nativeSet(set))).toThrow(/names no migration/);
    expect(contractNeeds(work, nativeSet(set), false).map((need) => need.needs)).toEqual(["4"]);
  });
});

test("it may be below the highest applied version, and only it", () => {
  const at = (phase: string) => {
    const { set } = contract(`-- lockstep:phase ${phase}`);
    return reconcile(set, applied("9"), { outOfOrder: "refuse" }).problems.map(({ kind }) => kind);
  };
  expect(at("contract")).toEqual([]);
  expect(at("expand")).toEqual(["out-of-order"]);
});
