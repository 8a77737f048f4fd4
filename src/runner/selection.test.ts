/** Which migrations a run takes, up and down. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import { nativeSet } from "../migrations/migration.ts";
import { applied, files, rowAfter } from "./history.fixture.ts";
import type { Selection } from "./options.ts";
import { reconcile } from "./reconcile.ts";
import { select } from "./selection.ts";

const POLICY = { outOfOrder: "allow" } as const;

interface Case {
  readonly name: string;
  readonly direction: "up" | "down";
  readonly files: readonly string[];
  readonly history: readonly string[];
  readonly selection: Selection;
  readonly takes: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "up takes everything",
    direction: "up",
    files: ["1", "2", "R v"],
    history: [],
    selection: {},
    takes: ["1_m", "2_m", "R__v"],
  },
  {
    name: "up takes what is not applied",
    direction: "up",
    files: ["1", "2", "R v"],
    history: ["1", "R v"],
    selection: {},
    takes: ["2_m"],
  },
  {
    name: "up --to takes up to and including it, and no repeatables",
    direction: "up",
    files: ["1", "2", "3", "R v"],
    history: [],
    selection: { to: "2" },
    takes: ["1_m", "2_m"],
  },
  {
    name: "up --to compares numbers",
    direction: "up",
    files: ["9", "10", "11"],
    history: [],
    selection: { to: "10" },
    takes: ["9_m", "10_m"],
  },
  {
    name: "up --to knows a version by its digits, not its zeros",
    direction: "up",
    files: ["001", "002"],
    history: [],
    selection: { to: "1" },
    takes: ["001_m"],
  },
  {
    name: "up --to may have zeros of its own",
    direction: "up",
    files: ["1", "2"],
    history: [],
    selection: { to: "0001" },
    takes: ["1_m"],
  },
  {
    name: "up --to keeps 20 digits apart",
    direction: "up",
    files: ["99999999999999999998", "99999999999999999999"],
    history: [],
    selection: { to: "99999999999999999998" },
    takes: ["99999999999999999998_m"],
  },
  {
    name: "up --to what is applied takes nothing",
    direction: "up",
    files: ["1", "2"],
    history: ["1"],
    selection: { to: "1" },
    takes: [],
  },
  {
    name: "up --to takes files out of order below it",
    direction: "up",
    files: ["1", "2", "3", "4"],
    history: ["1", "3"],
    selection: { to: "3" },
    takes: ["2_m"],
  },
  {
    name: "up --count takes the next ones, and no repeatables",
    direction: "up",
    files: ["1", "2", "3", "R v"],
    history: ["1"],
    selection: { count: 1 },
    takes: ["2_m"],
  },
  {
    name: "up --count may be more than there are",
    direction: "up",
    files: ["1", "2", "R v"],
    history: [],
    selection: { count: 9 },
    takes: ["1_m", "2_m"],
  },

  {
    name: "down takes the newest one",
    direction: "down",
    files: ["1", "2", "3"],
    history: ["1", "2"],
    selection: {},
    takes: ["2_m"],
  },
  {
    name: "down --count takes the newest first",
    direction: "down",
    files: ["1", "2", "3"],
    history: ["1", "2", "3"],
    selection: { count: 2 },
    takes: ["3_m", "2_m"],
  },
  {
    name: "down --count compares numbers",
    direction: "down",
    files: ["9", "10"],
    history: ["9", "10"],
    selection: { count: 1 },
    takes: ["10_m"],
  },
  {
    name: "down goes by version, not by the order of applying",
    direction: "down",
    files: ["1", "2", "3"],
    history: ["1", "3", "2"],
    selection: { count: 1 },
    takes: ["3_m"],
  },
  {
    name: "down --to keeps the version that is named",
    direction: "down",
    files: ["1", "2", "3"],
    history: ["1", "2", "3"],
    selection: { to: "1" },
    takes: ["3_m", "2_m"],
  },
  {
    name: "down --to 0 takes everything",
    direction: "down",
    files: ["1", "2"],
    history: ["1", "2"],
    selection: { to: "0" },
    takes: ["2_m", "1_m"],
  },
  {
    name: "down --to the newest takes nothing",
    direction: "down",
    files: ["1", "2"],
    history: ["1", "2"],
    selection: { to: "2" },
    takes: [],
  },
  {
    name: "down stops above a baseline",
    direction: "down",
    files: ["1", "5", "6"],
    history: ["5 baseline", "6"],
    selection: { to: "0" },
    takes: ["6_m"],
  },
  {
    name: "down takes no repeatables",
    direction: "down",
    files: ["1", "R v"],
    history: ["1", "R v"],
    selection: { count: 5 },
    takes: ["1_m"],
  },
  {
    name: "down takes an edited file, for its down script",
    direction: "down",
    files: ["1 new"],
    history: ["1"],
    selection: {},
    takes: ["1_m"],
  },
  {
    name: "down on an empty history takes nothing",
    direction: "down",
    files: ["1"],
    history: [],
    selection: { to: "0" },
    takes: [],
  },
  {
    name: "down does not mind a missing file below what it takes",
    direction: "down",
    files: ["2", "3"],
    history: ["1", "2", "3"],
    selection: { to: "2" },
    takes: ["3_m"],
  },
];

function take(row: Omit<Case, "name" | "takes">): string[] {
  const migrations = files(...row.files);
  const now = reconcile(migrations, applied(...row.history), POLICY);
  return select(row.direction, nativeSet(migrations), now, row.selection)
    .remaining(now)
    .map(({ id }) => id);
}

describe("a selection", () => {
  it.each(CASES)("$name", (row) => {
    expect(take(row)).toEqual(row.takes);
  });
});

interface Refusal {
  readonly name: string;
  readonly direction: "up" | "down";
  readonly files: readonly string[];
  readonly history: readonly string[];
  readonly selection: Selection;
  readonly class: string;
  readonly says: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "a target that is no number",
    direction: "up",
    files: ["1"],
    history: [],
    selection: { to: "latest" },
    class: "usage",
    says: "latest",
  },
  {
    name: "a negative target",
    direction: "down",
    files: ["1"],
    history: ["1"],
    selection: { to: "-1" },
    class: "usage",
    says: "-1",
  },
  {
    name: "a target without a file, up",
    direction: "up",
    files: ["1", "3"],
    history: [],
    selection: { to: "2" },
    class: "usage",
    says: "2",
  },
  {
    name: "a target without a file, down",
    direction: "down",
    files: ["1", "3"],
    history: ["1", "3"],
    selection: { to: "2" },
    class: "usage",
    says: "2",
  },
  // Reverting 2 and leaving 3, which was built on it, would be the wrong migration.
  {
    name: "down of a newer migration whose file is not here",
    direction: "down",
    files: ["1", "2"],
    history: ["1", "2", "3"],
    selection: {},
    class: "file.no_down",
    says: "3_m",
  },
  {
    name: "down --to across a newer migration whose file is not here",
    direction: "down",
    files: ["1", "2"],
    history: ["1", "2", "3"],
    selection: { to: "1" },
    class: "file.no_down",
    says: "3_m",
  },
  {
    name: "down --to across a gap",
    direction: "down",
    files: ["1", "2", "4"],
    history: ["1", "2", "3", "4"],
    selection: { to: "1" },
    class: "file.no_down",
    says: "3_m",
  },
  {
    name: "down --count across a gap",
    direction: "down",
    files: ["1", "2", "4"],
    history: ["1", "2", "3", "4"],
    selection: { count: 2 },
    class: "file.no_down",
    says: "3_m",
  },
];

describe("refused before anything is touched is", () => {
  it.each(REFUSALS)("$name", (row) => {
    let thrown: unknown;
    try {
      take(row);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Failure);
    expect(thrown).toMatchObject({ class: row.class });
    expect((thrown as Failure).what).toContain(row.says);
  });
});

describe("a selection is made once", () => {
  it("and means the same migrations after a restart in its middle", () => {
    const migrations = files("1", "2", "3", "4");
    const first = reconcile(migrations, applied("1"), POLICY);
    const selected = select("up", nativeSet(migrations), first, { count: 2 });
    const ids = (history: History): string[] =>
      selected.remaining(reconcile(migrations, history, POLICY)).map(({ id }) => id);
    expect(ids(applied("1"))).toEqual(["2_m", "3_m"]);
    expect(ids(applied("1", "2"))).toEqual(["3_m"]);
    expect(ids(applied("1", "2", "3"))).toEqual([]);
  });

  it("and knows the history rows of its migrations", () => {
    const migrations = files("1", "2", "R v");
    const now = reconcile(migrations, applied(), POLICY);
    const selected = select("up", nativeSet(migrations), now, {});
    const ids = applied("1", "R v", "7").rows.map((row) => selected.idOf(row));
    expect(ids).toEqual(["1_m", "R__v", undefined]);
  });

  it("and leads to an end: taking what remains leaves nothing, up and down", () => {
    const versions = fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(
        versions,
        fc.nat({ max: 9 }),
        fc.nat({ max: 9 }),
        (numbers, upIndex, downIndex) => {
          const migrations = files(...numbers.map(String));
          const at = (index: number): string => migrations[index % migrations.length]!.version!;
          const empty = reconcile(migrations, applied(), POLICY);
          const up = select("up", nativeSet(migrations), empty, { to: at(upIndex) });
          const rows = up.remaining(empty).map(rowAfter);
          const full = reconcile(migrations, { ...applied(), rows }, POLICY);
          expect(up.remaining(full)).toEqual([]);
          expect(full.current).toBe(at(upIndex));

          const down = select("down", nativeSet(migrations), full, { to: at(downIndex) });
          const gone = new Set(down.remaining(full).map(({ version }) => version));
          const left = rows.filter(({ version }) => !gone.has(version as never));
          const end = reconcile(migrations, { ...applied(), rows: left }, POLICY);
          expect(down.remaining(end)).toEqual([]);
          for (const { version } of left)
            expect(Number(version)).toBeLessThanOrEqual(Number(at(downIndex)));
        },
      ),
    );
  });
});
