import { expect, test } from "vitest";
import { stepProgress, type ProgressRow } from "./watch-progress.ts";

const index = (phase: string, row: Record<string, unknown> = {}): ProgressRow => ({
  view: "create_index",
  name: "orders",
  row: { command: "CREATE INDEX CONCURRENTLY", phase, ...row },
});

test("the phases of a concurrent index build go up, from 0 to 100, and waiting moves nothing", () => {
  const blocks = (done: number) => ({ blocks_done: done, blocks_total: 100 });
  const tuples = (done: number) => ({ tuples_done: done, tuples_total: 100 });
  const lockers = { lockers_done: 1, lockers_total: 3 };
  const rows = [
    index("initializing"),
    index("waiting for writers before build", lockers),
    index("building index: scanning table", blocks(0)),
    index("building index: scanning table", blocks(50)),
    index("building index: scanning table", blocks(100)),
    index("building index: sorting live tuples"),
    index("building index: loading tuples in tree", tuples(1)),
    index("building index: loading tuples in tree", tuples(100)),
    index("waiting for writers before validation", lockers),
    index("index validation: scanning index", blocks(10)),
    index("index validation: sorting tuples"),
    index("index validation: scanning table", blocks(10)),
    index("index validation: scanning table", blocks(100)),
    index("waiting for old snapshots", lockers),
  ];
  const percents = rows.map((row) => stepProgress(row).percent ?? -1);
  expect(percents).toEqual(percents.toSorted((left, right) => left - right));
  expect(percents[0]).toBe(0);
  expect(percents.at(-1)).toBe(100);
  expect(stepProgress(rows[1]!)).toMatchObject({ percent: 0, detail: "1 of 3 sessions done" });
});

test.each<[string, ProgressRow, number | null]>([
  [
    "a plain build is half done when the table is read",
    {
      view: "create_index",
      name: "t",
      row: {
        command: "CREATE INDEX",
        phase: "building index: scanning table",
        blocks_done: 10,
        blocks_total: 10,
      },
    },
    50,
  ],
  [
    "another access method has one phase",
    index("building index", { tuples_done: 5, tuples_total: 10 }),
    32.5,
  ],
  [
    "partitions count as wholes",
    index("initializing", { partitions_done: 3, partitions_total: 4 }),
    75,
  ],
  ["a phase that a later server invents", index("doing something new"), null],
  [
    "vacuum",
    {
      view: "vacuum",
      name: "t",
      row: { phase: "scanning heap", heap_blks_scanned: 5, heap_blks_total: 10 },
    },
    30,
  ],
  [
    "vacuum before 17 counts no indexes",
    { view: "vacuum", name: "t", row: { phase: "vacuuming indexes" } },
    60,
  ],
  [
    "cluster by an index does not know its end",
    { view: "cluster", name: "t", row: { phase: "index scanning heap", heap_tuples_scanned: 5 } },
    null,
  ],
  [
    "vacuum full that writes",
    {
      view: "cluster",
      name: "t",
      row: { phase: "writing new heap", heap_tuples_written: 5, heap_tuples_scanned: 10 },
    },
    70,
  ],
  [
    "copy from a file",
    { view: "copy", name: "t", row: { bytes_processed: 1, bytes_total: 4 } },
    25,
  ],
  [
    "copy from the client",
    { view: "copy", name: "t", row: { bytes_processed: 1, bytes_total: 0 } },
    null,
  ],
  [
    "analyze",
    {
      view: "analyze",
      name: "t",
      row: { phase: "acquiring sample rows", sample_blks_scanned: 1, sample_blks_total: 2 },
    },
    40,
  ],
])("%s", (_what, row, percent) => {
  expect(stepProgress(row).percent).toBe(percent);
});
