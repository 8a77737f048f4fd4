import { expect, test } from "vitest";
import { withBaselineScripts } from "./baseline-scripts.ts";
import type { Migration, Version } from "./migration.ts";
import { compareVersions } from "./version.ts";

const FILES = ["1", "2", "2 (baseline)", "3", "3 (baseline)", "3.1", undefined].map(
  (version): Migration =>
    ({
      version: version as Version,
      ...(version?.endsWith("(baseline)") && { baseline: true }),
    }) as Migration,
);

test.each([
  ["nothing is applied", [], ["3 (baseline)", "3.1", undefined]],
  ["only a repeatable is applied", [null], ["3 (baseline)", "3.1", undefined]],
  ["a version is applied", ["1"], ["1", "2", "3", "3.1", undefined]],
  ["an older script is applied", ["2 (baseline)"], ["2 (baseline)", "3", "3.1", undefined]],
  [
    "a script is applied, and a version below it is recorded",
    ["2 (baseline)", "1"],
    ["1", "2 (baseline)", "3", "3.1", undefined],
  ],
])("%s", (_name, applied, expected) => {
  const rows = applied.map((version) => ({ version }));
  const versions = withBaselineScripts(FILES, rows, compareVersions).map(({ version }) => version);
  expect(versions).toEqual(expected);
});

test("without scripts it is the same list", () => {
  const files = FILES.filter(({ baseline }) => !baseline);
  expect(withBaselineScripts(files, [], compareVersions)).toBe(files);
});
