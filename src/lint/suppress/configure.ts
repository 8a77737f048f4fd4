/**
 * What the configuration makes of the rules: which are on for a file, how severe they are, and how
 * many findings there may be. Names are checked once, here, because only lint knows the rules.
 */
import type { LintConfig, LintRuleSetting, LintRuleSettings } from "../../config/lint-config.ts";
import { Failure } from "../../failures/failure.ts";
import { nearest } from "../../failures/nearest.ts";
import type { Finding, Severity } from "../finding.ts";
import type { OverBudget } from "../result.ts";
import type { Rule } from "../rule.ts";
import { slashed } from "../slashed.ts";

export type ConfigurableRule = Pick<Rule, "id" | "pack">;

export interface RuleSettings {
  /** Undefined: the severity of the rule, or of the report where that depends. */
  readonly severity?: Severity;
  /** What the configuration says besides the severity. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface LintSettings {
  /** All rules that can be configured. */
  readonly known: ReadonlySet<string>;
  /** The rules that are on for a file, by id. */
  rulesFor(file: string): ReadonlyMap<string, RuleSettings>;
}

type Matches = (path: string) => boolean;

interface Override {
  readonly matches: Matches;
  readonly rules: LintRuleSettings;
}

const BUDGETS: Readonly<Record<string, Severity>> = {
  errors: "error",
  warnings: "warning",
  infos: "info",
};

/** Fails when a rule is named that there is not. `origin` is the file that the names are from. */
export async function resolveLintConfig(
  config: LintConfig,
  rules: readonly ConfigurableRule[],
  origin: string,
): Promise<LintSettings> {
  checkNames(config, rules, origin);
  const overrides = await compileOverrides(config);
  const packs: ReadonlySet<string> = new Set(config.packs);
  const cache = new Map<string, ReadonlyMap<string, RuleSettings>>();
  return {
    known: new Set(rules.map(({ id }) => id)),
    rulesFor(file) {
      const path = slashed(file);
      const matching = overrides.filter(({ matches }) => matches(path));
      // Most files have none, and the same rules therefore.
      const key = matching.map((override) => overrides.indexOf(override)).join(",");
      let known = cache.get(key);
      if (known === undefined) {
        const layers = [config.rules ?? {}, ...matching.map((override) => override.rules)];
        known = choose(rules, packs, layers);
        cache.set(key, known);
      }
      return known;
    },
  };
}

/**
 * Findings of rules that are off are dropped, and the others get the severity that is asked for. What
 * is no rule (a file that cannot be read) cannot be configured, and stays.
 */
export function applySettings(findings: readonly Finding[], settings: LintSettings): Finding[] {
  return findings.flatMap((finding) => {
    const rule = settings.rulesFor(finding.file).get(finding.rule);
    if (rule === undefined) return settings.known.has(finding.rule) ? [] : [finding];
    return rule.severity === undefined ? [finding] : [{ ...finding, severity: rule.severity }];
  });
}

export interface BudgetResult {
  /** Whether lint ends with 65: without a budget, at the first error. */
  readonly failed: boolean;
  /** Budgets of the configuration that are exceeded. */
  readonly over: readonly OverBudget[];
}

/** A finding counts for the budget of its rule where that has one, else for that of its severity. */
export function checkBudgets(
  findings: readonly Finding[],
  budgets: Readonly<Record<string, number>> = {},
): BudgetResult {
  const found = new Map<string, number>();
  for (const { rule, severity } of findings) {
    const budget = Object.hasOwn(budgets, rule) ? rule : `${severity}s`;
    found.set(budget, (found.get(budget) ?? 0) + 1);
  }
  const over = Object.entries(budgets).flatMap(([budget, allowed]) => {
    const number = found.get(budget) ?? 0;
    return number > allowed ? [{ budget, allowed, found: number }] : [];
  });
  const errorsAllowed = Object.hasOwn(budgets, "errors");
  return { over, failed: over.length > 0 || (!errorsAllowed && (found.get("errors") ?? 0) > 0) };
}

/** Later layers say more about the same rule; a severity alone leaves the options as they are. */
function choose(
  rules: readonly ConfigurableRule[],
  packs: ReadonlySet<string>,
  layers: readonly LintRuleSettings[],
): ReadonlyMap<string, RuleSettings> {
  const chosen = new Map<string, RuleSettings>();
  for (const { id, pack } of rules) {
    let on = pack === undefined || packs.has(pack);
    let off = false;
    let settings: RuleSettings = { options: {} };
    for (const layer of layers) {
      const setting = Object.hasOwn(layer, id) ? layer[id] : undefined;
      if (setting === undefined) continue;
      const { severity, options } = parts(setting);
      // Whoever names a rule of a pack wants it, also when only its options are given; but options
      // alone do not switch on what was switched off.
      if (severity !== undefined || !off) on = severity !== "off";
      off = !on;
      settings = {
        options: { ...settings.options, ...options },
        ...(settings.severity !== undefined && { severity: settings.severity }),
        ...(severity !== undefined && severity !== "off" && { severity }),
      };
    }
    if (on) chosen.set(id, settings);
  }
  return chosen;
}

function parts(setting: LintRuleSetting): {
  severity: Severity | "off" | undefined;
  options: Record<string, unknown>;
} {
  if (typeof setting === "string") return { severity: setting, options: {} };
  const { severity, ...options } = setting;
  return { severity, options };
}

async function compileOverrides(config: LintConfig): Promise<Override[]> {
  if (config.overrides === undefined || config.overrides.length === 0) return [];
  const { default: picomatch } = await import("picomatch");
  return config.overrides.map(({ files, rules }) => {
    const globs = (typeof files === "string" ? [files] : files).map((glob) => {
      const pattern = glob.replace(/^\.\//, "");
      return picomatch(pattern, { dot: true, basename: !pattern.includes("/") });
    });
    return { rules, matches: (path) => globs.some((matches) => matches(path)) };
  });
}

function checkNames(config: LintConfig, rules: readonly ConfigurableRule[], origin: string): void {
  const known = new Set(rules.map(({ id }) => id));
  const budgets = new Set([...known, ...Object.keys(BUDGETS)]);
  const named = (path: string, names: object | undefined, among: ReadonlySet<string>): string[] =>
    Object.keys(names ?? {}).flatMap((name) =>
      among.has(name) ? [] : [unknown(`${path}.${name}`, name, among)],
    );
  const notes = [
    ...named("lint.rules", config.rules, known),
    ...(config.overrides ?? []).flatMap((override, index) =>
      named(`lint.overrides.${index}.rules`, override.rules, known),
    ),
    ...named("lint.budgets", config.budgets, budgets),
  ];
  if (notes.length === 0) return;
  throw new Failure({
    class: "config.invalid",
    what: `${origin} names rules of lint that there are not.`,
    action: "Correct the keys below; `lockstep lint --rules` lists all rules.",
    notes,
  });
}

function unknown(path: string, name: string, among: ReadonlySet<string>): string {
  const near = nearest(name, among);
  return `\`${path}\` is not known${near === undefined ? "" : `; did you mean \`${near}\``}`;
}
