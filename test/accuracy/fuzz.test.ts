/**
 * No text makes lint fail: what it cannot read is a finding with a place in the file.
 *
 * The seed is printed; LOCKSTEP_FUZZ_SEED repeats a run or tries another one, and LOCKSTEP_FUZZ_RUNS
 * makes it longer.
 */
import { isUtf8 } from "node:buffer";
import { expect, test } from "vitest";
import { readFixtures } from "./fixtures.ts";
import { createDice, mutate } from "./mutate.ts";
import { findingsOf } from "./verdict.ts";

const SEED = Number(process.env["LOCKSTEP_FUZZ_SEED"] ?? 1);
const RUNS = Number(process.env["LOCKSTEP_FUZZ_RUNS"] ?? 10_000);
/** Many times what it takes; only what hangs exceeds it. */
const DEADLINE_MS = 900_000;

test(
  `${RUNS} damaged files are looked at, or refused at a place of theirs`,
  async () => {
    console.log(`LOCKSTEP_FUZZ_SEED=${SEED}`);
    const texts = readFixtures().map(({ bytes }) => bytes);
    expect(texts.length).toBeGreaterThan(100);
    const dice = createDice(SEED);
    let refused = 0;
    for (let run = 0; run < RUNS; run++) {
      const [first, second] = [texts[dice(texts.length)]!, texts[dice(texts.length)]!];
      const damaged = mutate(first, second, dice);
      const version = 14 + dice(5);
      // One of four is history, whose damage must not keep lint from looking at what follows.
      const files = [
        { path: "1.sql", text: second },
        { path: "2.sql", text: damaged },
        { path: "3.sql", text: first },
      ];
      const report = dice(4) === 0 ? ["3.sql"] : ["2.sql"];
      const findings = await findingsOf(files, report, version).catch((error: unknown) => {
        throw new Error(`run ${run} of seed ${SEED}: ${String(error)}\n${shown(damaged)}`, {
          cause: error,
        });
      });
      const text = report[0] === "2.sql" ? damaged : first;
      const lines = linesOf(text);
      for (const finding of findings) {
        if (finding.rule === "syntax-error") refused++;
        const outside = placesOf(finding).filter(
          ([line, column]) => !isInside(lines, line, column),
        );
        if (outside.length > 0) {
          throw new Error(
            `run ${run} of seed ${SEED}: ${JSON.stringify(finding)} is outside of the file\n${shown(text)}`,
          );
        }
      }
    }
    console.log(`${refused} of ${RUNS} were refused`);
    expect(refused, "damage is seen").toBeGreaterThan(RUNS / 10);
    expect(refused, "damage is small enough to be read").toBeLessThan(RUNS * 0.95);
  },
  DEADLINE_MS,
);

type Place = readonly [line: number, column: number];

interface Placed {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

function placesOf({ line, column, endLine, endColumn }: Placed): readonly Place[] {
  return [
    [line, column],
    [endLine, endColumn],
  ];
}

/**
 * Code points of each line; the end of the file is a place, too. Where the bytes are not UTF-8,
 * nobody knows how many code points they are: not more than bytes.
 */
function linesOf(text: Buffer): readonly number[] {
  return text
    .toString(isUtf8(text) ? "utf8" : "latin1")
    .split(/\r\n|\r|\n/)
    .map((line) => [...line].length);
}

function isInside(lines: readonly number[], line: number, column: number): boolean {
  const length = lines[line - 1];
  return length !== undefined && column >= 1 && column <= length + 1;
}

/** As it can be given to a test that repeats it. */
function shown(text: Buffer): string {
  return `base64 of the file: ${text.subarray(0, 20_000).toString("base64")}`;
}
