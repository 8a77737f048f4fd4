import fc from "fast-check";
import { expect, test } from "vitest";
import { fingerprint, numberedFingerprints } from "./fingerprint.ts";
import { slashed } from "./slashed.ts";

const of = (excerpt: string, file = "a.sql", rule = "r"): string =>
  fingerprint({ rule, file, excerpt });

test("committed baselines hold: these values never change", () => {
  expect(of('CREATE INDEX "É" ON t (a)')).toMatchInlineSnapshot(
    `"4664e552bd9bba6420645891a1d6b332"`,
  );
});

test("format, comments and the case of keywords do not count", () => {
  const print = of(`select "A", 'B  C' from T where x = 1`);
  expect(of(`SELECT "A",  'B  C'\n-- é\nFROM t /* 😀 */ WHERE x=1`)).toBe(print);
});

test("names in quotes, strings, file and rule count", () => {
  const prints = [
    of(`select "A"`),
    of(`select "a"`),
    of(`select 'a'`),
    of(`select 'A'`),
    of(`select 'A'`, "b.sql"),
    of(`select 'A'`, "a.sql", "s"),
  ];
  expect(new Set(prints).size).toBe(prints.length);
});

test("equal ones are numbered, and no two unique ones are equal", () => {
  const one = fc.record({
    rule: fc.constantFrom("a", "b"),
    file: fc.constantFrom("x", "y"),
    excerpt: fc.constantFrom("select 1", "select  1", "select 2", ""),
  });
  fc.assert(
    fc.property(fc.array(one), (findings) => {
      const prints = numberedFingerprints(findings);
      expect(new Set(prints.map(({ unique }) => unique)).size).toBe(findings.length);
    }),
  );
});

test("paths are the same on every system", () => {
  expect(slashed("a\\b\\c.sql", "\\")).toBe("a/b/c.sql");
  expect(slashed("./a/b\\c.sql", "/")).toBe("a/b\\c.sql");
});
