/**
 * How right lint is about long work under a lock: its verdicts on statements that were written
 * without a look at its rules, against what servers of every major version did with them.
 */
import { describe, expect, test } from "vitest";
import { startServer } from "../../src/sandbox/server.ts";
import { POSTGRES_MAJORS } from "../../src/sandbox/binaries.ts";
import { testedVersion } from "../support/postgres.ts";
import { compare, GOAL, shareText } from "./compare.ts";
import { readFirstLook } from "./first-look.ts";
import { MEASURED_SETTINGS, measureAll } from "./measure.ts";
import { CASE_SETS, readCases } from "./read-cases.ts";
import { readTruth } from "./truth-file.ts";
import { lintCase } from "./verdict.ts";

/** Every so many cases are measured again; all of them: npm run accuracy:measure -- --check. */
const SAMPLE = 8;

const SETS = {
  cases: { size: 450, least: GOAL },
  unseen: { size: 600, least: GOAL },
} as const;

describe.each([...CASE_SETS])("of the set `%s`", (set) => {
  const { size, least } = SETS[set];
  const cases = readCases(set);
  const truth = readTruth(set);

  test("there are many cases, and about half of them are harmless", () => {
    const real = [...(truth.get(18)?.values() ?? [])];
    expect(cases.length).toBeGreaterThanOrEqual(size);
    const positive = real.filter((one) => one.positive).length / real.length;
    expect(positive).toBeGreaterThan(0.33);
    expect(positive).toBeLessThan(0.67);
  });

  test.each([...POSTGRES_MAJORS])("every case is measured on PostgreSQL %i", (major) => {
    const ids = cases.map(({ id }) => id).toSorted();
    expect([...(truth.get(major)?.keys() ?? [])].toSorted()).toEqual(ids);
  });

  test.each([...POSTGRES_MAJORS])(
    "lint announces long work where there is some, and only there, on PostgreSQL %i",
    async (major) => {
      const verdicts = new Map<string, boolean>();
      for (const one of cases) verdicts.set(one.id, (await lintCase(one, major)).positive);
      const figures = compare(truth.get(major) ?? new Map(), verdicts);
      console.log(
        [
          `${set}, PostgreSQL ${major}: precision ${shareText(figures.precision)}, recall ${shareText(figures.recall)}`,
          ...figures.missed.map((id) => `  missed: ${id}`),
          ...figures.wrong.map((id) => `  wrong: ${id}`),
        ].join("\n"),
      );
      expect(figures.precision).toBeGreaterThanOrEqual(least.precision);
      expect(figures.recall).toBeGreaterThanOrEqual(least.recall);
    },
  );

  test("what is committed is what the server does", async () => {
    const major = testedVersion();
    await using server = await startServer({ version: major, settings: MEASURED_SETTINGS });
    const sample = cases.filter((_, index) => index % SAMPLE === 0);
    const measured = await measureAll((database) => server.url(database), major, sample);
    const committed = sample.map(({ id }) => [id, truth.get(major)?.get(id)]);
    expect(Object.fromEntries(measured)).toEqual(Object.fromEntries(committed));
  });
});

test.each([...POSTGRES_MAJORS])("the first look counts every case on PostgreSQL %i", (major) => {
  const look = readFirstLook().get(major);
  const truth = [...(readTruth("unseen").get(major) ?? [])];
  const positive = truth.flatMap(([id, one]) => (one.positive ? [id] : []));
  expect(look?.refused).toEqual(
    truth.flatMap(([id, one]) => (one.error === undefined ? [] : [id])),
  );
  expect((look?.found ?? 0) + (look?.missed.length ?? 0)).toBe(positive.length);
  expect(positive).toEqual(expect.arrayContaining([...(look?.missed ?? [])]));
  expect(positive.filter((id) => look?.wrong.includes(id))).toEqual([]);
});
