import fc from "fast-check";
import { expect, test } from "vitest";
import { reportJson } from "./json.ts";
import { context, FILE, finding, FINDINGS, result, SOURCE } from "./report.fixture.ts";

interface Json {
  readonly summary: Record<string, unknown>;
  readonly findings: readonly Record<string, unknown>[];
}

const parse = (over = {}, given = {}): Json =>
  JSON.parse(reportJson(result(over), context(given))) as Json;

test("each finding has exactly these keys, in this order", () => {
  const keys = parse().findings.map((one) => Object.keys(one));
  const base =
    "rule kind severity longWork file line column endLine endColumn message fix statement";
  expect(keys).toEqual([
    [...base.split(" "), "relation"],
    base.split(" "),
    [...base.split(" "), "relation"],
  ]);
  expect(parse().summary).toMatchObject({ errors: 1, warnings: 1, infos: 1, files: 12 });
});

test("edits are places in the file, in code points", () => {
  expect(parse().findings.map(({ fix }) => fix)).toEqual([
    {
      title: "Build the index CONCURRENTLY",
      edits: [{ line: 2, column: 13, endLine: 2, endColumn: 13, newText: " concurrently" }],
    },
    { title: "Split the file", edits: [], recipe: "drop-in-two-steps" },
    null,
  ]);
});

test("a fix whose file cannot be read is no fix, rather than half of one", () => {
  expect(parse({}, { source: () => undefined }).findings[0]!["fix"]).toBeNull();
});

test("the place of an edit leads back to its bytes, whatever the text", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n", "\r\n", "\t", "表") });
  fc.assert(
    fc.property(text, text, fc.boolean(), (before, after, bom) => {
      const start = `${bom ? "\ufeff" : ""}${before}`;
      // A lone carriage return cannot be split off its line feed here: both are one unit.
      const edit = { start: Buffer.byteLength(start), end: Buffer.byteLength(start), text: "x" };
      const findings = [finding({ fix: { title: "t", edits: [edit] } })];
      const source = () => start + after;
      const [place] = (parse({ findings }, { source }).findings[0]!["fix"] as { edits: unknown[] })
        .edits as [{ line: number; column: number }];
      const lines = before.split(/\r\n|\n/);
      expect(place.line).toBe(lines.length);
      expect(place.column).toBe([...lines.at(-1)!].length + 1);
    }),
  );
});

test("the fixture is what the tests think it is", () => {
  expect(FINDINGS[0]!.file).toBe(FILE);
  expect(SOURCE.split("\n")[1]).toBe(`${FINDINGS[0]!.excerpt};`);
});
