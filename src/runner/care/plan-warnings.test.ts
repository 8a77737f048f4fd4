import { describe, expect, test } from "vitest";
import { careWarnings, type Around, type MigrationCare } from "./plan-warnings.ts";
import { relationKey, type Server } from "./surroundings.ts";

const GB = 1024 ** 3;
const SERVER: Server = {
  standbys: [],
  slots: [],
  publications: [],
  subscriptions: [],
  allTables: [],
  tempTablespaces: "",
};
const AROUND: Around = {
  server: SERVER,
  tables: new Map(),
  sizes: new Map([[relationKey({ name: "orders" }), { table: 10 * GB, indexes: 2 * GB }]]),
  replicas: [],
  freeDiskBytes: undefined,
};
const NOTHING: MigrationCare = { exclusive: [], changes: [], work: [] };
const REWRITE: MigrationCare = {
  ...NOTHING,
  work: [{ name: "orders", kind: "rewrite", certain: true }],
};

describe("standbys", () => {
  const standby = { name: "a", lagMs: null, lagBytes: null, visible: true };

  test("are named with a lag that is worth it, and with what is hidden", () => {
    const standbys = [
      standby,
      { ...standby, name: "b", lagMs: 3_200, lagBytes: 12 * 1024 ** 2 },
      { ...standby, name: "c", visible: false },
      { ...standby, name: "d", lagMs: 200, lagBytes: 1000 },
    ];
    const around = { ...AROUND, server: { ...SERVER, standbys } };
    const [warning] = careWarnings({ ...NOTHING, exclusive: ["t"] }, around);
    expect(warning).toContain(
      "replayed on `a`, `b` (3.2 s, 12 MB behind), `c` (its lag is hidden from this role), `d`:",
    );
    expect(warning).toMatch(/Let it catch up first\.$/);
  });

  test("matter to nobody who takes no such lock", () => {
    const around = { ...AROUND, server: { ...SERVER, standbys: [standby] } };
    expect(careWarnings(NOTHING, around)).toEqual([]);
  });
});

describe("disk", () => {
  test("not known is said to be not known, with what is needed", () => {
    expect(careWarnings(REWRITE, AROUND)).toEqual([
      "Disk: `orders` is rewritten, which takes about 12 GB until it commits, and it writes as much WAL (about 12 GB). How much is free is not known; `--free-disk` tells.",
    ]);
  });

  test("an index takes up to the size of the rows", () => {
    const work = [{ name: "orders", kind: "index-build" as const, certain: true }];
    expect(careWarnings({ ...NOTHING, work }, AROUND)[0]).toContain(
      "an index of `orders` takes up to about 10 GB, and as much again while it is sorted",
    );
  });

  test.each([
    [25, undefined],
    [20, "That hardly fits: 20 GB are free."],
    [11, "That does not fit: 11 GB are free."],
  ])("%s GB free", (free, verdict) => {
    const warnings = careWarnings(REWRITE, { ...AROUND, freeDiskBytes: free * GB });
    if (verdict === undefined) expect(warnings).toEqual([]);
    else expect(warnings[0]).toContain(verdict);
  });

  test("several statements add up", () => {
    const twice = { ...NOTHING, work: [...REWRITE.work, ...REWRITE.work] };
    expect(careWarnings(twice, { ...AROUND, freeDiskBytes: 50 * GB })).toEqual([]);
    expect(careWarnings(twice, { ...AROUND, freeDiskBytes: 30 * GB })[0]).toContain("hardly fits");
  });

  test("a table that is not there needs nothing", () => {
    expect(careWarnings(REWRITE, { ...AROUND, sizes: new Map() })).toEqual([]);
  });
});

test("a slot that follows and has room is not spoken of", () => {
  const slot = { name: "s", kind: "physical", walStatus: "reserved", keptBytes: 0 } as const;
  const warn = (more: { active: boolean; safeBytes: number | null }): number =>
    careWarnings(REWRITE, {
      ...AROUND,
      freeDiskBytes: 1000 * GB,
      server: { ...SERVER, slots: [{ ...slot, ...more }] },
    }).length;
  expect(warn({ active: true, safeBytes: null })).toBe(0);
  expect(warn({ active: true, safeBytes: 20 * GB })).toBe(0);
  expect(warn({ active: true, safeBytes: GB })).toBe(1);
  expect(warn({ active: false, safeBytes: null })).toBe(1);
});
