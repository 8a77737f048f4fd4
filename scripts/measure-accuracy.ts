/**
 * Writes test/accuracy/truth.json from real servers:
 *
 *   npm run accuracy:measure -- [--version 18]
 *
 * With --version, the other versions keep what was measured before.
 */
import { parseArgs } from "node:util";
import { POSTGRES_MAJORS } from "../src/sandbox/binaries.ts";
import { startServer } from "../src/sandbox/server.ts";
import { MEASURED_SETTINGS, measureAll } from "../test/accuracy/measure.ts";
import { readCases } from "../test/accuracy/read-cases.ts";
import { type MeasuredTruth, readTruth, writeTruth } from "../test/accuracy/truth-file.ts";

const { values } = parseArgs({ options: { version: { type: "string" } } });
const cases = readCases();
const measured = new Map<number, MeasuredTruth>(readTruth());

for (const major of POSTGRES_MAJORS) {
  if (values.version !== undefined && Number(values.version) !== major) continue;
  const began = performance.now();
  await using server = await startServer({ version: major, settings: MEASURED_SETTINGS });
  const truth = await measureAll((database) => server.url(database), major, cases);
  measured.set(major, truth);
  const all = [...truth.values()];
  const failed = all.filter(({ error }) => error !== undefined).length;
  for (const [id, { error }] of truth)
    if (error?.startsWith("history")) console.log(`  ${error}: ${id}`);
  const positive = all.filter((one) => one.positive).length;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    `${major}: ${all.length} cases, ${positive} positive, ${failed} refused by the server (${seconds} s)`,
  );
}
writeTruth(
  measured,
  cases.map(({ id }) => id),
);
