/**
 * All of lint: what the rules say, less what comments allow and the baseline knows, with the
 * severities of the configuration.
 */
import type { LintConfig } from "../config/lint-config.ts";
import { type EngineOptions, lintFiles } from "./engine.ts";
import type { Finding } from "./finding.ts";
import type { ReadFile } from "./read-file.ts";
import { ALL_RULES } from "./registry.ts";
import type { LintResult } from "./result.ts";
import { applyBaseline, type Baseline } from "./suppress/baseline.ts";
import {
  applySettings,
  checkBudgets,
  resolveLintConfig,
  type LintSettings,
} from "./suppress/configure.ts";
import { foreignRulesOf } from "./suppress/foreign-comments.ts";
import { suppress } from "./suppress/suppress.ts";

export type { LintFile } from "./read-file.ts";

export interface LintOptions extends Omit<EngineOptions, "rules"> {
  readonly config?: LintConfig | undefined;
  /** Where the configuration is from, for its errors. */
  readonly configFile?: string | undefined;
  readonly baseline?: Baseline | undefined;
  /** YYYY-MM-DD; default today in UTC. */
  readonly today?: string;
}

export interface LintOutcome extends LintResult {
  /** Whether `lockstep lint` ends with 65. */
  readonly failed: boolean;
  /** Text of a file as it was read, for code frames. */
  source(file: string): string | undefined;
}

export async function lint(options: LintOptions): Promise<LintOutcome> {
  const { config = {}, configFile = "The configuration", baseline } = options;
  const settings = await resolveLintConfig(config, ALL_RULES, configFile);
  // Most files have the same settings: a few maps for thousands of files.
  const chosen = new Set(options.report.map((file) => settings.rulesFor(file)));
  const wanted = ALL_RULES.filter(({ id }) => [...chosen].some((rules) => rules.has(id)));
  const { findings, read, target } = await lintFiles({ ...options, rules: wanted });
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const said = applySettings(findings, settings);
  const byFile = new Map<string, Finding[]>();
  for (const finding of said) {
    const own = byFile.get(finding.file);
    if (own === undefined) byFile.set(finding.file, [finding]);
    else own.push(finding);
  }
  const kept: Finding[] = [];
  let suppressed = 0;
  for (const one of read) {
    const own = byFile.get(one.file.path) ?? [];
    const result = allowIn(one, own, settings, today);
    kept.push(...result.kept);
    suppressed += result.suppressed;
  }
  const ordered = kept.toSorted(byPlace(options.report));
  const report = new Set(options.report);
  const known = baseline && applyBaseline(baseline, ordered, (file) => report.has(file));
  const reported = known?.kept ?? ordered;
  const budgets = checkBudgets(reported, config.budgets);
  const texts = new Map(read.map(({ file, bytes }) => [file.path, bytes]));
  return {
    findings: reported,
    files: read.length,
    statements: read.reduce((sum, { parsed }) => sum + (parsed?.statements.length ?? 0), 0),
    suppressed,
    baseline: known?.matched ?? 0,
    stale: known?.stale ?? [],
    version: target.version,
    runner: target.runner,
    opaque: read.flatMap(({ file, gap, findings: own }) =>
      gap === "opaque" && own[0] !== undefined
        ? [{ file: file.path, line: own[0].line, reason: own[0].message }]
        : [],
    ),
    overBudget: budgets.over,
    failed: budgets.failed,
    source: (file) => texts.get(file)?.toString("utf8"),
  };
}

const RULE_IDS: ReadonlySet<string> = new Set(ALL_RULES.map(({ id }) => id));
const FOREIGN_RULES = foreignRulesOf(ALL_RULES);

function allowIn(
  { file, parsed }: ReadFile,
  findings: readonly Finding[],
  settings: LintSettings,
  today: string,
): { kept: readonly Finding[]; suppressed: number } {
  // What cannot be read has no statements that a comment could stand at.
  if (parsed === undefined) return { kept: findings, suppressed: 0 };
  const active = settings.rulesFor(file.path);
  const result = suppress({
    file: file.path,
    bytes: parsed.bytes,
    statements: parsed.statements,
    findings,
    ruleIds: RULE_IDS,
    active: new Set(active.keys()),
    today,
    foreignRules: FOREIGN_RULES,
  });
  return {
    kept: [...result.kept, ...applySettings(result.extra, settings)],
    suppressed: result.suppressed.length,
  };
}

function byPlace(report: readonly string[]) {
  const order = new Map(report.map((file, index) => [file, index]));
  return (left: Finding, right: Finding): number =>
    (order.get(left.file) ?? 0) - (order.get(right.file) ?? 0) ||
    left.line - right.line ||
    left.column - right.column;
}
