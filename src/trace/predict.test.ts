import { describe, expect, test } from "vitest";
import { calibration, UNCALIBRATED } from "./calibrate.ts";
import { predict } from "./predict.ts";
import { GIGABYTE, type Rate, type Rates } from "./rates.ts";
import type { HeldLock, TracedStatement, TracedStep, TracedWork } from "./result.ts";
import { STATS_FORM, type Stats, type TableStats } from "./stats-file.ts";

const rate = (median: number): Rate => ({ n: 10, p10: median / 2, median, p90: median * 2 });

const RATES: Rates = {
  measured: "for the test",
  secondsPerGigabyte: {
    rewrite: rate(10),
    scan: rate(1),
    "index-build": rate(5),
    "index-build-concurrently": rate(8),
    "fk-validation": rate(2),
  },
};

function table(name: string, gigabytes: number, extra: Partial<TableStats> = {}): TableStats {
  return {
    schema: "public",
    name,
    kind: "table",
    partitionOf: null,
    heapBytes: gigabytes * GIGABYTE,
    toastBytes: 0,
    indexBytes: 0,
    rows: 1000,
    insertsPerSecond: 3,
    updatesPerSecond: 2,
    deletesPerSecond: 0,
    sequentialScansPerSecond: 1,
    indexScansPerSecond: 9,
    lastVacuum: null,
    lastAnalyze: null,
    indexes: [],
    ...extra,
  };
}

function stats(...tables: readonly TableStats[]): Stats {
  return {
    lockstepStats: STATS_FORM,
    takenAt: "2024-01-01T00:00:00Z",
    server: "18.1",
    database: "app",
    settings: {
      maintenanceWorkMemBytes: 1,
      maxParallelMaintenanceWorkers: 0,
      sharedBuffersBytes: 1,
    },
    countedSeconds: 100,
    tables,
    transactions: { open: 0, longestSeconds: null, typicalSeconds: null },
    history: [],
  };
}

function statement(ordinal: number, ...work: readonly Partial<TracedWork>[]): TracedStatement {
  return {
    ordinal,
    line: ordinal,
    summary: "alter table",
    outcome: "traced",
    locks: [],
    work: work.map((one) => ({
      kind: "rewrite",
      relation: "users",
      isNew: false,
      mode: "ACCESS EXCLUSIVE",
      message: "",
      ...one,
    })),
    proofs: [],
    durationMs: 0,
    changed: { created: [], dropped: [], altered: [] },
  };
}

const EXCLUSIVE: HeldLock = {
  relation: "users",
  kind: "table",
  mode: "ACCESS EXCLUSIVE",
  blocksReads: true,
  blocksWrites: true,
  since: 1,
  blocksSince: 1,
};

function step(held: readonly HeldLock[], ...statements: readonly TracedStatement[]): TracedStep {
  return { transaction: "file", statements, held, durationMs: 0 };
}

const KNOWN = { n: 5, factor: 1, spread: 1 };

describe("how long a lock is held", () => {
  const options = { stats: stats(table("users", 2)), rates: RATES, calibration: KNOWN };

  test("is the work times the size, with the doubts of the measurement", () => {
    const [one] = predict(step([EXCLUSIVE], statement(1, {})), options);
    expect(one!.held).toEqual({ lowMs: 10_000, expectedMs: 20_000, highMs: 40_000 });
    expect(one!.because).toMatchObject([{ kind: "rewrite", relation: "users", bytes: 2 ** 31 }]);
  });

  test("is multiplied by what production's own history says of its speed", () => {
    const slow = { n: 5, factor: 3, spread: 1.5 };
    const [one] = predict(step([EXCLUSIVE], statement(1, {})), { ...options, calibration: slow });
    expect(one!.held).toMatchObject({ expectedMs: 60_000, lowMs: 30_000, highMs: 120_000 });
  });

  test("has the wider of the two doubts", () => {
    const [one] = predict(step([EXCLUSIVE], statement(1, {})), {
      ...options,
      calibration: UNCALIBRATED,
    });
    expect(one!.held).toMatchObject({ expectedMs: 20_000, lowMs: 5_000, highMs: 80_000 });
  });

  test("counts all work from the statement that takes it to the commit, on any table", () => {
    const late: HeldLock = { ...EXCLUSIVE, since: 1, blocksSince: 2 };
    const statements = [
      statement(1, { kind: "scan", relation: "orders" }),
      statement(2, { kind: "scan" }),
      statement(3, { kind: "index-build", relation: "orders" }),
    ];
    const [one] = predict(step([late], ...statements), {
      ...options,
      stats: stats(table("users", 2), table("orders", 1)),
    });
    expect(one!.held!.expectedMs).toBe(2_000 + 5_000);
    expect(one!.because.map((work) => work.statement)).toEqual([2, 3]);
  });

  test("counts the toast of what is rewritten, and nothing that the step made itself", () => {
    const big = stats(table("users", 1, { toastBytes: 3 * GIGABYTE }));
    const [one] = predict(
      step([EXCLUSIVE], statement(1, {}, { kind: "index-build", isNew: true })),
      { ...options, stats: big },
    );
    expect(one!.held!.expectedMs).toBe(40_000);
  });

  test("is not made up for a table that the statistics do not know", () => {
    const [one] = predict(step([EXCLUSIVE], statement(1, {})), { ...options, stats: stats() });
    expect(one!.held).toBeNull();
    expect(one!.unknown).toEqual(["the statistics do not know `users`"]);
  });

  test("says what it leaves out: rows that are changed, statements that were not traced", () => {
    const rows = { ...statement(2), summary: "update users set a = 1" };
    const untraced: TracedStatement = { ...statement(3), outcome: "untraced" };
    const [one] = predict(step([EXCLUSIVE], statement(1), rows, untraced), options);
    expect(one!.unknown).toEqual([
      "how long line 2 takes depends on its rows",
      "line 3 was not traced",
    ]);
  });
});

describe("who waits", () => {
  const options = { stats: stats(table("users", 1)), rates: RATES, calibration: KNOWN };

  test("readers and writers, as many as arrive meanwhile", () => {
    const [one] = predict(step([EXCLUSIVE], statement(1, {})), options);
    expect(one!.waits).toEqual({
      reads: true,
      writes: true,
      readsMeanwhile: 100,
      writesMeanwhile: 50,
    });
  });

  test("nobody reads behind a lock that only stops writers", () => {
    const share: HeldLock = { ...EXCLUSIVE, mode: "SHARE", blocksReads: false };
    const [one] = predict(step([share], statement(1, { kind: "index-build" })), options);
    expect(one!.waits).toMatchObject({ reads: false, readsMeanwhile: 0, writesMeanwhile: 25 });
  });

  test("a lock that stops nobody is not predicted", () => {
    const weak: HeldLock = {
      ...EXCLUSIVE,
      mode: "SHARE UPDATE EXCLUSIVE",
      blocksReads: false,
      blocksWrites: false,
      blocksSince: null,
    };
    expect(predict(step([weak], statement(1, { kind: "scan" })), options)).toEqual([]);
  });

  test("without rates it is not known how many", () => {
    const quiet = stats(table("users", 1, { insertsPerSecond: null }));
    const [one] = predict(step([EXCLUSIVE], statement(1, {})), { ...options, stats: quiet });
    expect(one!.waits).toMatchObject({ readsMeanwhile: 100, writesMeanwhile: null });
  });
});

describe("calibration", () => {
  const at = "2024-01-01T00:00:00Z";

  test("without recorded durations, the doubt is great", () => {
    expect(calibration([])).toBe(UNCALIBRATED);
    expect(calibration([{ predictedMs: 10, actualMs: 1000, at }])).toBe(UNCALIBRATED);
  });

  test("is the mean of the ratios, as factors", () => {
    const found = calibration([
      { predictedMs: 100, actualMs: 200, at },
      { predictedMs: 100, actualMs: 800, at },
    ]);
    expect(found.n).toBe(2);
    expect(found.factor).toBeCloseTo(4);
  });

  test("the more agree, the less is the doubt", () => {
    const agreeing = (n: number) =>
      calibration(Array.from({ length: n }, () => ({ predictedMs: 100, actualMs: 300, at })));
    expect(agreeing(10).factor).toBeCloseTo(3);
    expect(agreeing(10).spread).toBeLessThan(agreeing(2).spread);
    expect(agreeing(2).spread).toBeLessThan(UNCALIBRATED.spread);
  });

  test("what is older counts less", () => {
    const found = calibration([
      { predictedMs: 100, actualMs: 100, at: "2020-01-01T00:00:00Z" },
      { predictedMs: 100, actualMs: 1000, at },
    ]);
    expect(found.factor).toBeGreaterThan(8);
  });
});
