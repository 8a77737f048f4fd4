/**
 * `on` of a rule hides nothing: asked about every statement, no rule says more than it does. Looked
 * at are the examples of all rules, the cases of the accuracy test and the SQL of all fixtures.
 */
import { describe, expect, test } from "vitest";
import { readFixtures } from "../../test/accuracy/fixtures.ts";
import { CASE_SETS, readCases } from "../../test/accuracy/read-cases.ts";
import { lintExample, NEWEST } from "../../test/lint/lint-example.ts";
import { lintFiles } from "./engine.ts";
import { RULES } from "./registry.ts";
import type { Rule } from "./rule.ts";

const NARROW = RULES.filter(({ on }) => on !== undefined);
const WIDE = NARROW.map(everywhere);

/** A copy that is asked about every statement. */
function everywhere(rule: Rule): Rule {
  const copy: { -readonly [key in keyof Rule]: Rule[key] } = { ...rule };
  delete copy.on;
  return copy;
}

test("many rules say which statements they look at", () => {
  expect(NARROW.length).toBeGreaterThan(RULES.length / 4);
});

describe("asked about every statement, rules say the same", () => {
  test("about the examples", async () => {
    for (const rule of RULES) {
      for (const example of [...rule.bad, ...rule.good]) {
        const narrow = await lintExample(rule, example, NARROW);
        expect(await lintExample(rule, example, WIDE), example.sql).toEqual(narrow);
      }
    }
  });

  test("about the cases of the accuracy test", async () => {
    for (const { id, history, sql } of CASE_SETS.flatMap(readCases)) {
      await expectSame(id, [
        { path: "1_history.sql", text: history },
        { path: "2_case.sql", text: sql },
      ]);
    }
  });

  test("about the fixtures", async () => {
    for (const { path, bytes } of readFixtures()) await expectSame(path, [{ path, text: bytes }]);
  });
});

interface File {
  readonly path: string;
  readonly text: string | Buffer;
}

/** The last file is looked at; with every runner, so that no rule is left out. */
async function expectSame(name: string, files: readonly File[]): Promise<void> {
  const options = {
    files,
    report: [files.at(-1)!.path],
    version: NEWEST,
    runner: "other" as const,
  };
  const narrow = await lintFiles({ ...options, rules: NARROW });
  const wide = await lintFiles({ ...options, rules: WIDE });
  expect(wide.findings, name).toEqual(narrow.findings);
}
