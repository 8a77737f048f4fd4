/** What was measured, a file for each set: one line for each case and group of versions that agree. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaseSet } from "./read-cases.ts";
import type { Truth } from "./work.ts";

/** By case id. */
export type MeasuredTruth = ReadonlyMap<string, Truth>;

/** Case id -> major versions, separated by spaces -> what is true on them. */
type File = Record<string, Record<string, Truth>>;

const NAMES: Readonly<Record<CaseSet, string>> = {
  cases: "truth.json",
  unseen: "unseen-truth.json",
};

/** By major version. */
export function readTruth(set: CaseSet): ReadonlyMap<number, MeasuredTruth> {
  const path = pathOf(set);
  if (!existsSync(path)) return new Map();
  const file = JSON.parse(readFileSync(path, "utf8")) as File;
  const result = new Map<number, Map<string, Truth>>();
  for (const [id, versions] of Object.entries(file)) {
    for (const [majors, truth] of Object.entries(versions)) {
      for (const major of majors.split(" ").map(Number)) {
        if (!result.has(major)) result.set(major, new Map());
        result.get(major)?.set(id, truth);
      }
    }
  }
  return result;
}

export function writeTruth(
  set: CaseSet,
  measured: ReadonlyMap<number, MeasuredTruth>,
  ids: readonly string[],
): void {
  const lines = ids.map((id) => {
    const versions = new Map<string, number[]>();
    for (const major of [...measured.keys()].toSorted((a, b) => a - b)) {
      const truth = measured.get(major)?.get(id);
      if (truth === undefined) continue;
      const text = JSON.stringify(truth);
      versions.set(text, [...(versions.get(text) ?? []), major]);
    }
    const texts = [...versions].map(([text, majors]) => `"${majors.join(" ")}": ${text}`);
    return `${JSON.stringify(id)}: {${texts.join(", ")}}`;
  });
  writeFileSync(pathOf(set), `{\n${lines.join(",\n")}\n}\n`);
}

function pathOf(set: CaseSet): string {
  return join(import.meta.dirname, NAMES[set]);
}
