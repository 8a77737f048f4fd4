/**
 * Runs Squawk on the statements of the accuracy test and writes test/accuracy/squawk.json:
 *
 *   npm run accuracy:squawk
 *
 * It gets what lint gets: the history as an earlier file, and the version of the server. The
 * migration stands in a transaction, as it does when it runs, except where it cannot.
 */
import { compare, shareText } from "../test/accuracy/compare.ts";
import { type AccuracyCase, readCases } from "../test/accuracy/read-cases.ts";
import { runSquawk, SQUAWK_LONG_WORK } from "../test/accuracy/squawk.ts";
import { type SquawkVerdict, writeSquawk } from "../test/accuracy/squawk-file.ts";
import { readTruth } from "../test/accuracy/truth-file.ts";

const VERSION = 18;

const verdicts = new Map<string, SquawkVerdict>();
for (const one of readCases("cases")) verdicts.set(one.id, await verdictOf(one));
writeSquawk(verdicts, VERSION);

const truth = readTruth("cases").get(VERSION) ?? new Map();
const positive = new Map([...verdicts].map(([id, verdict]) => [id, verdict.positive]));
const { precision, recall, found, missed, wrong, silent } = compare(truth, positive);
console.log(
  `Squawk on PostgreSQL ${VERSION}: precision ${shareText(precision)}, recall ${shareText(recall)} ` +
    `(${found} found, ${missed.length} missed, ${wrong.length} wrong, ${silent} silent)`,
);

async function verdictOf(one: AccuracyCase): Promise<SquawkVerdict> {
  const files = [
    { path: "history", text: one.history },
    { path: "case", text: one.sql },
  ];
  const findings = await runSquawk(files, VERSION, !/\bconcurrently\b/i.test(one.sql));
  const rules = [...new Set(findings.flatMap((one) => (one.file === "case" ? one.rule : [])))];
  return {
    positive: rules.some((rule) => rule in SQUAWK_LONG_WORK),
    rules: rules.toSorted(),
  };
}
