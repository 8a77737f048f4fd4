/**
 * How right lint is about long work under a lock: its verdicts on statements that were written
 * before its rules, against what servers of every major version did with them.
 */
import { describe, expect, test } from "vitest";
import { startServer } from "../../src/sandbox/server.ts";
import { POSTGRES_MAJORS } from "../../src/sandbox/binaries.ts";
import { testedVersion } from "../support/postgres.ts";
import { compare, shareText } from "./compare.ts";
import { MEASURED_SETTINGS, measureAll } from "./measure.ts";
import { readCases } from "./read-cases.ts";
import { readTruth } from "./truth-file.ts";
import { lintCase } from "./verdict.ts";

const LEAST_PRECISION = 0.95;
const LEAST_RECALL = 0.98;
/** Every so many cases are measured again; all of them: npm run accuracy:measure -- --check. */
const SAMPLE = 8;

const CASES = readCases();
const TRUTH = readTruth();

test("the set is large, and about half of it is harmless", () => {
  const real = [...(TRUTH.get(18)?.values() ?? [])];
  expect(CASES.length).toBeGreaterThanOrEqual(450);
  const positive = real.filter((one) => one.positive).length / real.length;
  expect(positive).toBeGreaterThan(0.33);
  expect(positive).toBeLessThan(0.67);
});

describe.each([...POSTGRES_MAJORS])("on PostgreSQL %i", (major) => {
  test("every case is measured", () => {
    const ids = CASES.map(({ id }) => id).toSorted();
    expect([...(TRUTH.get(major)?.keys() ?? [])].toSorted()).toEqual(ids);
  });

  test("lint announces long work where there is some, and only there", async () => {
    const verdicts = new Map<string, boolean>();
    for (const one of CASES) verdicts.set(one.id, (await lintCase(one, major)).positive);
    const figures = compare(TRUTH.get(major) ?? new Map(), verdicts);
    console.log(
      [
        `PostgreSQL ${major}: precision ${shareText(figures.precision)}, recall ${shareText(figures.recall)}`,
        ...figures.missed.map((id) => `  missed: ${id}`),
        ...figures.wrong.map((id) => `  wrong: ${id}`),
      ].join("\n"),
    );
    expect(figures.precision).toBeGreaterThanOrEqual(LEAST_PRECISION);
    expect(figures.recall).toBeGreaterThanOrEqual(LEAST_RECALL);
  });
});

test("what is committed is what the server does", async () => {
  const major = testedVersion();
  await using server = await startServer({ version: major, settings: MEASURED_SETTINGS });
  const sample = CASES.filter((_, index) => index % SAMPLE === 0);
  const measured = await measureAll((database) => server.url(database), major, sample);
  const committed = sample.map(({ id }) => [id, TRUTH.get(major)?.get(id)]);
  expect(Object.fromEntries(measured)).toEqual(Object.fromEntries(committed));
});
