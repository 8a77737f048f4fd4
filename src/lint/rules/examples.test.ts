/** The examples of every rule, run: what is bad is found, what is good is not. */
import { describe, expect, it } from "vitest";
import { lintExample } from "../../../test/lint/lint-example.ts";
import { RULES } from "../registry.ts";
import type { Rule, RuleExample } from "../rule.ts";

async function findingsOf(rule: Rule, example: RuleExample) {
  const findings = await lintExample(rule, example);
  if (rule.id !== "syntax-error") {
    expect(findings.filter((finding) => finding.rule === "syntax-error")).toEqual([]);
  }
  return findings.filter((found) => found.rule === rule.id);
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
