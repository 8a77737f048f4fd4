/** squawk.json: what Squawk says about each case, one line each. Written by scripts/compare-squawk.ts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SQUAWK_LONG_WORK, SQUAWK_VERSION } from "./squawk.ts";

export interface SquawkVerdict {
  readonly positive: boolean;
  /** Sorted, without repetition. */
  readonly rules: readonly string[];
}

export interface SquawkFile {
  readonly squawk: string;
  /** The major version that it was told. */
  readonly version: number;
  readonly longWork: Readonly<Record<string, string>>;
  readonly cases: Readonly<Record<string, SquawkVerdict>>;
}

const PATH = join(import.meta.dirname, "squawk.json");

export function readSquawk(): SquawkFile {
  return JSON.parse(readFileSync(PATH, "utf8")) as SquawkFile;
}

export function writeSquawk(cases: ReadonlyMap<string, SquawkVerdict>, version: number): void {
  const lines = [...cases].map(
    ([id, verdict]) => `${JSON.stringify(id)}: ${JSON.stringify(verdict)}`,
  );
  writeFileSync(
    PATH,
    [
      `{"squawk": "${SQUAWK_VERSION}", "version": ${version},`,
      `"longWork": ${JSON.stringify(SQUAWK_LONG_WORK)},`,
      `"cases": {`,
      lines.join(",\n"),
      "}}",
      "",
    ].join("\n"),
  );
}
