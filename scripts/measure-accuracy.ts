/**
 * Writes the truth of a set, test/accuracy/truth.json or unseen-truth.json, from real servers:
 *
 *   npm run accuracy:measure -- [--check] [--set unseen] [--version 18] [--case add-column/serial]
 *
 * With --version or --case (what ids begin with), all others keep what was measured before. --check
 * writes nothing and ends with 1 when something is not as it was.
 */
import { parseArgs } from "node:util";
import { POSTGRES_MAJORS } from "../src/sandbox/binaries.ts";
import { startServer } from "../src/sandbox/server.ts";
import { MEASURED_SETTINGS, measureAll } from "../test/accuracy/measure.ts";
import { CASE_SETS, readCases } from "../test/accuracy/read-cases.ts";
import { type MeasuredTruth, readTruth, writeTruth } from "../test/accuracy/truth-file.ts";

const { values } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    set: { type: "string", default: "cases" },
    version: { type: "string" },
    case: { type: "string", default: "" },
  },
});
const set = CASE_SETS.find((name) => name === values.set);
if (set === undefined) throw new Error(`--set is one of ${CASE_SETS.join(", ")}`);
const all = readCases(set);
const cases = all.filter(({ id }) => id.startsWith(values.case));
const known = new Map<number, MeasuredTruth>(readTruth(set));

for (const major of POSTGRES_MAJORS) {
  if (values.version !== undefined && Number(values.version) !== major) continue;
  const began = performance.now();
  await using server = await startServer({ version: major, settings: MEASURED_SETTINGS });
  const truth = await measureAll((database) => server.url(database), major, cases);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${major}: ${summary(truth)} (${seconds} s)`);
  if (values.check) {
    const changed = [...truth.keys()].filter(
      (id) => JSON.stringify(truth.get(id)) !== JSON.stringify(known.get(major)?.get(id)),
    );
    for (const id of changed) console.error(`  is not as committed: ${id}`);
    if (changed.length > 0) process.exitCode = 1;
  } else {
    known.set(major, new Map([...(known.get(major) ?? []), ...truth]));
    writeTruth(
      set,
      known,
      all.map(({ id }) => id),
    );
  }
}

function summary(truth: MeasuredTruth): string {
  const all = [...truth.values()];
  const positive = all.filter((one) => one.positive).length;
  const refused = all.filter(({ error }) => error !== undefined).length;
  return `${all.length} cases, ${positive} positive, ${refused} refused by the server`;
}
