import { createRequire } from "node:module";
import type { ValidateFunction } from "ajv";
import { expect, test } from "vitest";
import { context, finding, result } from "./report.fixture.ts";
import { reportSarif } from "./sarif.ts";

const load = createRequire(import.meta.url);

/** The schema of the standard, as Microsoft's matchers bring it. */
function createValidator(): ValidateFunction {
  const Ajv = load("ajv-draft-04") as new (options: object) => {
    compile(schema: object): ValidateFunction;
  };
  const addFormats = load("ajv-formats") as (ajv: object) => void;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  return ajv.compile(load("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as object);
}

const validate = createValidator();

/** The parts of a log that are looked at below. */
interface Log {
  readonly runs: readonly [
    {
      readonly columnKind: string;
      readonly tool: {
        readonly driver: { readonly rules: readonly { id: string; help?: { markdown: string } }[] };
      };
      readonly results: readonly {
        level: string;
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly locations: readonly { physicalLocation: unknown }[];
        readonly fixes?: readonly { artifactChanges: readonly { replacements: unknown }[] }[];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    },
  ];
}

function sarif(over = {}, given = {}): Log {
  return JSON.parse(reportSarif(result(over), context(given))) as Log;
}

test.each([
  ["findings", {}],
  ["no findings", { findings: [] }],
  ["a file that was not read", { opaque: [{ file: "é.sql", line: 3, reason: "new syntax" }] }],
  ["an absolute path", { findings: [finding({ file: "/a b/c.sql" })] }],
])("%s: valid against the schema", (_name, over) => {
  validate(sarif(over));
  expect(validate.errors ?? []).toEqual([]);
});

test("the schema is looked at", () => {
  const log = sarif();
  log.runs[0].results[0]!.level = "fatal";
  expect(validate(log)).toBe(false);
});

test("places, levels and fixes", () => {
  const [run] = sarif().runs;
  expect(run.columnKind).toBe("unicodeCodePoints");
  expect(run.results.map(({ level }) => level)).toEqual(["error", "warning", "note"]);
  expect(run.results[0]!.locations[0]!.physicalLocation).toEqual({
    artifactLocation: { uri: "migrations/2_donn%C3%A9es%20%231.sql", uriBaseId: "%SRCROOT%" },
    region: { startLine: 2, startColumn: 1, endLine: 2, endColumn: 37 },
  });
  expect(run.results[0]!.fixes![0]!.artifactChanges[0]!.replacements).toEqual([
    {
      deletedRegion: {
        startLine: 2,
        startColumn: 13,
        endLine: 2,
        endColumn: 13,
        byteOffset: 33,
        byteLength: 0,
      },
      insertedContent: { text: " concurrently" },
    },
  ]);
  expect(run.results[1]!.fixes).toBeUndefined();
});

test("each result points to its rule, and the rules have help", () => {
  const [run] = sarif().runs;
  const { rules } = run.tool.driver;
  for (const one of run.results) expect(rules[one.ruleIndex]!.id).toBe(one.ruleId);
  const rule = rules.find(({ id }) => id === "index-not-concurrent");
  expect(rule?.help?.markdown).toContain("**Instead:** Build it with `CONCURRENTLY`");
});

test("fingerprints stay when lines are added above, and no two are equal", () => {
  const prints = (by: number) =>
    sarif({
      findings: [1, 2, 3].map((line) =>
        finding({ line: line + by, excerpt: `create  index /* ${by} */ a ON b (c)` }),
      ),
    }).runs[0].results.map((one) => one.partialFingerprints.primaryLocationLineHash);
  expect(prints(0)).toEqual(prints(7));
  expect(new Set(prints(0)).size).toBe(3);
});
