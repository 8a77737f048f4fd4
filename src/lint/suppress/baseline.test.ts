import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../failures/failure.ts";
import { finding } from "../reporters/report.fixture.ts";
import { applyBaseline, readBaseline, writeBaseline } from "./baseline.ts";

const everywhere = (): boolean => true;
const FINDINGS = [
  finding({ line: 9, excerpt: "drop table é" }),
  finding({ line: 2, excerpt: "drop table é" }),
  finding({ rule: "drop-table", file: "a.sql" }),
];

test("it is sorted, an entry in each line, and does not depend on the order of findings", () => {
  const text = writeBaseline(FINDINGS);
  expect(text).toBe(writeBaseline(FINDINGS.toReversed()));
  expect(text.split("\n").map((line) => /"file":"[^"]*"/.exec(line)?.[0] ?? line)).toEqual([
    "{",
    '  "version": 1,',
    '  "findings": [',
    '"file":"a.sql"',
    '"file":"migrations/2_données #1.sql"',
    "  ]",
    "}",
    "",
  ]);
  expect(readBaseline(writeBaseline([]), "b.json").entries).toEqual([]);
});

test("what it has is counted, what is more is kept, what is gone is stale", () => {
  const baseline = readBaseline(writeBaseline(FINDINGS), "b.json");
  const moved = FINDINGS.map((one) => ({ ...one, line: one.line + 5 }));
  expect(applyBaseline(baseline, moved, everywhere)).toEqual({ kept: [], matched: 3, stale: [] });

  const more = [...moved, finding({ excerpt: "DROP  TABLE é -- again" })];
  expect(applyBaseline(baseline, more, everywhere).kept).toEqual([more[3]]);

  const fewer = applyBaseline(baseline, [FINDINGS[0]!], everywhere);
  expect(fewer.stale).toEqual([
    { rule: "drop-table", file: "a.sql", missing: 1 },
    { rule: "index-not-concurrent", file: FINDINGS[0]!.file, missing: 1 },
  ]);
  expect(applyBaseline(baseline, [], (file) => file === "a.sql").stale).toHaveLength(1);
});

test("a baseline that was just written leaves nothing, and nothing of it is stale", () => {
  const one = fc.record({
    rule: fc.constantFrom("a", "b"),
    file: fc.constantFrom("x.sql", "é.sql"),
    excerpt: fc.string(),
  });
  fc.assert(
    fc.property(fc.array(one), (list) => {
      const findings = list.map(finding);
      const baseline = readBaseline(writeBaseline(findings), "b.json");
      expect(applyBaseline(baseline, findings.toReversed(), everywhere)).toEqual({
        kept: [],
        matched: findings.length,
        stale: [],
      });
    }),
  );
});

describe("a file that cannot be used", () => {
  test.each([
    ["{", /cannot be used: it is not JSON/],
    ["[]", /`version` must be 1/],
    ["null", /`version` must be 1/],
    ['{"version":2,"findings":[]}', /has version 2; this Lockstep knows 1/],
    ['{"version":1}', /`findings` must be a list/],
    ['{"version":1,"findings":[{"rule":"a"}]}', /`findings\.0` must have/],
  ])("%s", (text, message) => {
    expect(() => readBaseline(text, "lockstep.lint-baseline.json")).toThrow(message);
    try {
      readBaseline(text, "b.json");
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      expect((error as Failure).class).toBe("config.invalid");
      expect((error as Failure).action).toContain("--write-baseline");
    }
  });
});
