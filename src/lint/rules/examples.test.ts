/** The examples of every rule, run: what is bad is found, what is good is not. */
import { describe, expect, it } from "vitest";
import { lintFiles } from "../engine.ts";
import { RULES } from "../registry.ts";
import type { Rule, RuleExample } from "../rule.ts";

async function findingsOf(rule: Rule, example: RuleExample) {
  const { history, release = [], sql, version = 18, runner, hasDown } = example;
  const before = release.map((text, index) => ({ path: `2_release_${index}.sql`, text }));
  const { findings } = await lintFiles({
    files: [
      ...(history === undefined ? [] : [{ path: "1_history.sql", text: history }]),
      ...before,
      { path: "3_example.sql", text: sql, ...(hasDown !== undefined && { hasDown }) },
    ],
    report: [...before.map(({ path }) => path), "3_example.sql"],
    version,
    runner: runner ?? (rule.handledByRunner === undefined ? "lockstep" : "other"),
    rules: RULES,
  });
  if (rule.id !== "syntax-error") {
    expect(findings.filter((finding) => finding.rule === "syntax-error")).toEqual([]);
  }
  return findings.filter((found) => found.rule === rule.id && found.file === "3_example.sql");
}

describe.each(RULES.map((rule) => [rule.id, rule] as const))("%s", (_, rule) => {
  it.each(rule.bad.map((example) => [example.sql, example] as const))(
    "finds: %s",
    async (_sql, example) => {
      expect(await findingsOf(rule, example)).not.toEqual([]);
    },
  );

  it.each(rule.good.map((example) => [example.sql, example] as const))(
    "leaves alone: %s",
    async (_sql, example) => {
      expect(await findingsOf(rule, example)).toEqual([]);
    },
  );
});
