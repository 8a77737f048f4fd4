import fc from "fast-check";
import { expect, test } from "vitest";

import type { Version } from "./migration.ts";
import { compareVersions, greatestVersion, parseVersion } from "./version.ts";

const version = (text: string): Version => parseVersion(text) as Version;

test("leading zeros do not count", () => {
  expect(parseVersion("007")).toBe("7");
  expect(parseVersion("0")).toBe("0");
  expect(parseVersion("000")).toBe("0");
});

test("only ASCII digits are a version", () => {
  for (const text of ["", "1.2", "-1", "1a", " 1", "1\n", "٣"])
    expect(parseVersion(text)).toBeUndefined();
});

test("versions compare as numbers of any length", () => {
  const ordered = ["0", "9", "10", "20240131120000", "90071992547409931", "90071992547409932"].map(
    version,
  );
  expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
  expect(greatestVersion(ordered)).toBe("90071992547409932");
  expect(greatestVersion([])).toBeUndefined();
});

test("the order is that of whole numbers", () => {
  const digits = fc.stringMatching(/^[0-9]{1,25}$/);
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      const expected = BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
      expect(Math.sign(compareVersions(version(a), version(b)))).toBe(expected);
    }),
  );
});

test("versions of other tools compare part by part", () => {
  const ordered = ["1", "1.2", "1.9.3", "1.10", "2", "2023-01-01-000002_a", "2023-01-01-000010_a"];
  const versions = ordered as Version[];
  expect(versions.toReversed().toSorted(compareVersions)).toEqual(ordered);
  expect(compareVersions("01" as Version, "1" as Version)).not.toBe(0);
  expect(compareVersions("init" as Version, "init" as Version)).toBe(0);
});
