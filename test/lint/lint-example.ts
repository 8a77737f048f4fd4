/** The one place that knows how lint is called for the examples of rules. */
import { lintFiles } from "../../src/lint/engine.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { RULES } from "../../src/lint/registry.ts";
import type { Rule, RuleExample } from "../../src/lint/rule.ts";

/** What an example is written for where it does not say it. */
export const NEWEST = 18;

const HISTORY = "1_history.sql";
const EXAMPLE = "3_example.sql";

/** Who runs the example: a rule about what the runner does by itself speaks with others only. */
export function runnerOf(rule: Rule, { runner }: RuleExample): "lockstep" | "other" {
  return runner ?? (rule.handledByRunner === undefined ? "lockstep" : "other");
}

/** What is said about the example itself, by all rules, or by those that are given. */
export async function lintExample(
  rule: Rule,
  example: RuleExample,
  rules: readonly Rule[] = RULES,
): Promise<readonly Finding[]> {
  const { history, release = [], sql, version = NEWEST, hasDown } = example;
  const before = release.map((text, index) => ({ path: `2_release_${index}.sql`, text }));
  const { findings } = await lintFiles({
    files: [
      ...(history === undefined ? [] : [{ path: HISTORY, text: history }]),
      ...before,
      { path: EXAMPLE, text: sql, ...(hasDown !== undefined && { hasDown }) },
    ],
    report: [...before.map(({ path }) => path), EXAMPLE],
    version,
    runner: runnerOf(rule, example),
    rules,
  });
  return findings.filter(({ file }) => file === EXAMPLE);
}
