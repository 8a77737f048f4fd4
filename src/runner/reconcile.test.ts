/** Files against history: what is pending, and what is wrong. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import { applied, files, rowAfter } from "./history.fixture.ts";
import { reconcile, refuseProblems } from "./reconcile.ts";
import type { ProblemKind } from "./results.ts";

interface Case {
  readonly name: string;
  readonly files: readonly string[];
  readonly history: readonly string[];
  readonly allow?: true;
  readonly pending: readonly string[];
  readonly problems?: readonly (readonly [ProblemKind, string])[];
  readonly ahead?: readonly string[];
  readonly current?: string;
  readonly changed?: readonly string[];
  readonly withoutFile?: readonly string[];
}

const LONG = "99999999999999999998";
const LONGER = "99999999999999999999";

const CASES: readonly Case[] = [
  {
    name: "everything is pending on an empty history",
    files: ["1", "2", "R v"],
    history: [],
    pending: ["1_m", "2_m", "R__v"],
  },
  {
    name: "nothing is pending when everything is applied",
    files: ["1", "R v"],
    history: ["1", "R v"],
    pending: [],
    current: "1",
  },
  { name: "no files and no history is nothing at all", files: [], history: [], pending: [] },
  {
    name: "what is newer than the history is pending",
    files: ["1", "2", "3"],
    history: ["1"],
    pending: ["2_m", "3_m"],
    current: "1",
  },
  {
    name: "9 comes before 10",
    files: ["10", "9", "8"],
    history: ["8"],
    pending: ["9_m", "10_m"],
    current: "8",
  },
  {
    name: "9 applied makes 10 no problem",
    files: ["9", "10"],
    history: ["9"],
    pending: ["10_m"],
    current: "9",
  },
  {
    name: "leading zeros do not count",
    files: ["007", "0008"],
    history: ["7"],
    pending: ["0008_m"],
    current: "7",
  },
  {
    name: "versions of 20 digits keep their last digit",
    files: [LONG, LONGER],
    history: [LONG],
    pending: [`${LONGER}_m`],
    current: LONG,
  },
  {
    name: "a timestamp is newer than a small number",
    files: ["9", "20240131120000"],
    history: ["9"],
    pending: ["20240131120000_m"],
    current: "9",
  },

  {
    name: "an edited file is a problem",
    files: ["1 new", "2"],
    history: ["1"],
    pending: ["2_m"],
    problems: [["edited", "1_m"]],
    current: "1",
  },
  {
    name: "a row without a checksum says nothing about edits",
    files: ["1 new"],
    history: ["1 unknown"],
    pending: [],
    current: "1",
  },
  {
    name: "each edited file is one problem",
    files: ["1 a", "2 b", "3"],
    history: ["1", "2", "3"],
    pending: [],
    problems: [
      ["edited", "1_m"],
      ["edited", "2_m"],
    ],
    current: "3",
  },

  {
    name: "a gap is a problem",
    files: ["1", "3"],
    history: ["1", "2", "3"],
    pending: [],
    problems: [["missing", "2_m"]],
    withoutFile: ["2"],
    current: "3",
  },
  {
    name: "a file that is gone at the beginning is a problem",
    files: ["2"],
    history: ["1", "2"],
    pending: [],
    problems: [["missing", "1_m"]],
    withoutFile: ["1"],
    current: "2",
  },
  {
    name: "rows above all files are ahead, and no problem",
    files: ["1", "2"],
    history: ["1", "2", "3", "10"],
    pending: [],
    ahead: ["3", "10"],
    withoutFile: ["3", "10"],
    current: "10",
  },
  {
    name: "without any file all rows are ahead",
    files: [],
    history: ["1", "2"],
    pending: [],
    ahead: ["1", "2"],
    withoutFile: ["1", "2"],
    current: "2",
  },
  {
    name: "a repeatable whose file is gone is no problem",
    files: ["1"],
    history: ["1", "R v"],
    pending: [],
    current: "1",
  },

  {
    name: "a file below the highest row is out of order",
    files: ["1", "2", "3"],
    history: ["1", "3"],
    pending: ["2_m"],
    problems: [["out-of-order", "2_m"]],
    current: "3",
  },
  {
    name: "each file out of order is named",
    files: ["1", "2", "3", "4"],
    history: ["3"],
    pending: ["1_m", "2_m", "4_m"],
    problems: [
      ["out-of-order", "1_m"],
      ["out-of-order", "2_m"],
    ],
    current: "3",
  },
  {
    name: "out of order is pending where it is allowed",
    files: ["1", "2", "3", "4"],
    history: ["1", "3"],
    allow: true,
    pending: ["2_m", "4_m"],
    current: "3",
  },
  {
    name: "a file below a row that is ahead is out of order",
    files: ["1", "2"],
    history: ["1", "5"],
    pending: ["2_m"],
    problems: [["out-of-order", "2_m"]],
    ahead: ["5"],
    withoutFile: ["5"],
    current: "5",
  },

  {
    name: "a baseline stands for everything up to it",
    files: ["1", "5", "6"],
    history: ["5 baseline"],
    pending: ["6_m"],
    current: "5",
  },
  {
    name: "a baseline needs no file of its own",
    files: ["1", "6"],
    history: ["5 baseline"],
    pending: ["6_m"],
    current: "5",
  },
  {
    name: "a late file below a baseline is not out of order",
    files: ["2", "6"],
    history: ["5 baseline", "6"],
    pending: [],
    current: "6",
  },
  {
    name: "a file between the baseline and the highest row is",
    files: ["6", "7"],
    history: ["5 baseline", "7"],
    pending: ["6_m"],
    problems: [["out-of-order", "6_m"]],
    current: "7",
  },
  {
    name: "the highest of two baselines counts",
    files: ["3", "6", "8"],
    history: ["2 baseline", "7 baseline"],
    pending: ["8_m"],
    current: "7",
  },

  {
    name: "a changed repeatable is pending again, after the versions",
    files: ["R v new", "R w", "2"],
    history: ["R v", "R w"],
    pending: ["2_m", "R__v"],
    changed: ["R__v"],
  },
  {
    name: "the last row of a repeatable counts",
    files: ["R v"],
    history: ["R v", "R v new"],
    pending: ["R__v"],
    changed: ["R__v"],
  },
  {
    name: "a repeatable applied again with its old content is done",
    files: ["R v"],
    history: ["R v", "R v new", "R v"],
    pending: [],
  },
  {
    name: "a repeatable and a version of the same name are two",
    files: ["1", "R m"],
    history: ["1"],
    pending: ["R__m"],
    current: "1",
  },
];

describe("files against history", () => {
  it.each(CASES)("$name", (row) => {
    const policy = { outOfOrder: row.allow ? "allow" : "refuse" } as const;
    const found = reconcile(files(...row.files), applied(...row.history), policy);
    expect({
      pending: found.pending.map(({ id }) => id),
      problems: found.problems.map(({ kind, migration }) => [kind, migration]),
      ahead: found.ahead.map(({ version }) => version),
      withoutFile: found.withoutFile.map(({ version }) => version),
      changed: [...found.changed].map(({ id }) => id),
      current: found.current,
    }).toEqual({
      pending: row.pending,
      problems: row.problems ?? [],
      ahead: row.ahead ?? [],
      withoutFile: row.withoutFile ?? [],
      changed: row.changed ?? [],
      current: row.current ?? null,
    });
  });

  it("names the applied migrations with their rows, lowest first", () => {
    const found = reconcile(files("10", "9", "11"), applied("10", "9"), { outOfOrder: "refuse" });
    expect(found.applied.map(({ migration, row }) => [migration.id, row.version])).toEqual([
      ["9_m", "9"],
      ["10_m", "10"],
    ]);
  });
});

describe("problems", () => {
  const classes: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ["edited", ["1 new"], ["1"], "history.checksum"],
    ["missing", ["2"], ["1", "2"], "history.missing"],
    ["out of order", ["1", "2"], ["2"], "history.order"],
  ];
  it.each(classes)("%s refuses with its class, exit 65, and what to do", (_name, on, rows, id) => {
    const { problems } = reconcile(files(...on), applied(...rows), { outOfOrder: "refuse" });
    const failure = thrownBy(() => refuseProblems(problems));
    expect(failure).toMatchObject({ class: id, exitCode: 65, migration: "1_m" });
    expect(failure.action).not.toBe("");
  });

  it("of several, the first refuses and the others are noted", () => {
    const history = applied("1", "2", "4");
    const { problems } = reconcile(files("1 new", "3", "4"), history, { outOfOrder: "refuse" });
    const failure = thrownBy(() => refuseProblems(problems));
    expect(failure.class).toBe("history.checksum");
    expect(failure.notes.join("\n")).toMatch(/3_m[^]*2_m/);
  });

  it("none: nothing is refused", () => {
    expect(() => refuseProblems([])).not.toThrow();
  });
});

function thrownBy(fn: () => void): Failure {
  try {
    fn();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const folder = fc
  .record({
    versions: fc.uniqueArray(fc.bigInt({ min: 0n, max: 10n ** 21n }), { maxLength: 12 }),
    small: fc.uniqueArray(fc.bigInt({ min: 0n, max: 30n }), { maxLength: 12 }),
    repeatables: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 4 }),
  })
  .map(({ versions, small, repeatables }) =>
    files(
      ...new Set([...versions, ...small].map(String)),
      ...repeatables.map((name) => `R ${name}`),
    ),
  );

/** Applies what is pending, the first `count` of it. */
function apply(history: History, pending: readonly ReturnType<typeof files>[number][]): History {
  return { ...history, exists: true, rows: [...history.rows, ...pending.map(rowAfter)] };
}

describe("any folder", () => {
  it("has nothing pending and no problem after everything pending was applied", () => {
    fc.assert(
      fc.property(folder, fc.array(fc.nat({ max: 5 }), { maxLength: 5 }), (migrations, counts) => {
        const policy = { outOfOrder: "refuse" } as const;
        let history = applied();
        // In any number of runs, of any size.
        for (const count of [...counts, migrations.length]) {
          const { pending, problems } = reconcile(migrations, history, policy);
          expect(problems).toEqual([]);
          history = apply(history, pending.slice(0, count));
        }
        const end = reconcile(migrations, history, policy);
        expect(end.pending).toEqual([]);
        expect(end.problems).toEqual([]);
        expect(end.ahead).toEqual([]);
        expect(end.changed.size).toBe(0);
        expect(history.rows.length).toBe(migrations.length);
      }),
    );
  });

  it("is pending in the order of its numbers, then of its names", () => {
    fc.assert(
      fc.property(folder, (migrations) => {
        const { pending } = reconcile(migrations, applied(), { outOfOrder: "refuse" });
        const versions = pending.flatMap(({ version }) =>
          version === undefined ? [] : [BigInt(version)],
        );
        expect(versions).toEqual(versions.toSorted((a, b) => (a < b ? -1 : 1)));
        const firstRepeatable = pending.findIndex(({ kind }) => kind === "repeatable");
        if (firstRepeatable >= 0) expect(firstRepeatable).toBe(versions.length);
      }),
    );
  });

  it("seen by an older one has rows ahead, and no problem", () => {
    fc.assert(
      fc.property(folder, fc.nat({ max: 20 }), (migrations, cut) => {
        const policy = { outOfOrder: "refuse" } as const;
        const history = apply(applied(), reconcile(migrations, applied(), policy).pending);
        const versioned = migrations.filter(({ kind }) => kind === "versioned");
        const older = versioned.slice(0, cut);
        const seen = reconcile(older, history, policy);
        expect(seen.problems).toEqual([]);
        expect(seen.pending).toEqual([]);
        expect(seen.ahead.length).toBe(versioned.length - older.length);
      }),
    );
  });
});
