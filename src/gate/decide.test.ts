/** Files against history: may this build start? */
import { expect, test } from "vitest";
import type { History, JournalRow } from "../history/read.ts";
import { migrationsFromData } from "../migrations/from-data.ts";
import { nativeSet, type Migration } from "../migrations/migration.ts";
import { applied, files } from "../runner/history.fixture.ts";
import { decide, type AppliedContract } from "./decide.ts";
import type { GateRules } from "./state.ts";
import { reasons } from "./verdict.ts";

interface Given {
  readonly contracts?: readonly AppliedContract[];
  readonly rules?: GateRules;
  readonly journal?: readonly string[];
}

function gate(migrations: readonly Migration[], history: History, given: Given = {}) {
  const { contracts = [], rules = {}, journal = [] } = given;
  const rows = journal.map((migration) => ({ migration, direction: "up" }) as JournalRow);
  const verdict = decide(nativeSet(migrations), { ...history, journal: rows }, contracts, rules);
  return { ...verdict, why: reasons({ ...verdict, running: null, failed: null }) };
}

test.each([
  { name: "everything is applied", files: ["1", "2", "R v"], history: ["1", "2", "R v"] },
  { name: "the database is ahead", files: ["1"], history: ["1", "2", "3"] },
  { name: "a baseline covers it", files: ["1", "2"], history: ["2 baseline"] },
  { name: "the build ships nothing", files: [], history: ["1"] },
  { name: "a later text of a repeatable is there", files: ["R v"], history: ["R v", "R v later"] },
])("opens: $name", ({ files: shipped, history }) => {
  const { ready, missing, edited, why } = gate(files(...shipped), applied(...history));
  expect({ ready, missing, edited, why }).toEqual({
    ready: true,
    missing: [],
    edited: [],
    why: [],
  });
});

test("waits for what is missing, changed or half done, and says which", () => {
  const history = applied("1 edited", "R v");
  expect(gate(files("1", "2", "R v new"), history, { journal: ["2_m", "9_other"] })).toMatchObject({
    ready: false,
    missing: ["2_m", "R__v"],
    edited: ["1_m"],
    unfinished: ["2_m"],
    why: ["2_m, R__v are not applied", "2_m is half done", "1_m is other than in this build"],
  });
});

test("half-done work of a later release stops nobody", () => {
  expect(gate(files("1"), applied("1"), { journal: ["2_later"] })).toMatchObject({ ready: true });
});

test("a migration between the applied ones that is missing is waited for", () => {
  expect(gate(files("1", "2", "3"), applied("1", "3"))).toMatchObject({ missing: ["2_m"] });
});

test("a contract migration is not waited for, unless that is asked", () => {
  const set = migrationsFromData([
    { name: "1_a.sql", sql: "select 1;" },
    { name: "2_drop.sql", sql: "-- lockstep:phase contract\nselect 2;" },
    { name: "3_b.sql", sql: "select 3;" },
  ]);
  const history = applied();
  const rows = ["1", "3"].map((version) => ({
    kind: "versioned" as const,
    version,
    name: "m",
    checksum: null,
    origin: "native",
    runId: "r",
  }));
  const now = { ...history, rows };
  expect(gate(set, now)).toMatchObject({ ready: true, missing: [], contract: ["2_drop"] });
  expect(gate(set, now, { rules: { requireContract: true } })).toMatchObject({
    ready: false,
    missing: ["2_drop"],
    contract: [],
  });
});

test("a contract migration that needs newer code makes this build too old", () => {
  const history = applied("1", "2", "3");
  const contracts = [{ version: "3", needsCode: "2" }];
  const refused = gate(files("1"), history, { contracts });
  expect(refused).toMatchObject({ ready: false });
  expect(refused.tooOld).toContain("version 2");
  expect(gate(files("1", "2"), history, { contracts })).toMatchObject({ ready: true });
});

test("--max-ahead counts versions that this build does not know", () => {
  const history = applied("1", "2", "3");
  expect(gate(files("1"), history, { rules: { maxAhead: 2 } })).toMatchObject({ ready: true });
  expect(gate(files("1"), history, { rules: { maxAhead: 1 } }).tooOld).toContain(
    "2 versions ahead",
  );
});

test.each([
  ["2", ["1"], ["2_m"]],
  ["2", ["1", "2"], []],
  ["2_m", ["2"], []],
  ["2", ["3 baseline"], []],
  ["7", ["1"], ["7"]],
  ["7", ["1", "7"], []],
])("--require %s with %j applied", (require, history, missing) => {
  const found = gate(files("1", "2", "3"), applied(...history), { rules: { require } });
  expect(found.missing).toEqual(missing);
  expect(found.ready).toBe(missing.length === 0);
});
