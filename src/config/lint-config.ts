/** The shape of `lint` in `lockstep.config.ts`; docs/lint-suppress.md explains it. */

export type LintSeverity = "error" | "warning" | "info";

/** A severity or `off`, or an object with that and the options of the rule. */
export type LintRuleSetting =
  | LintSeverity
  | "off"
  | { readonly severity?: LintSeverity | "off" | undefined; readonly [option: string]: unknown };

export type LintRuleSettings = Readonly<Record<string, LintRuleSetting>>;

export interface LintOverride {
  /** Globs of paths from the working directory; without a slash, of file names anywhere. */
  readonly files: string | readonly string[];
  readonly rules: LintRuleSettings;
}

export interface LintConfig {
  /** Major version of the server that the migrations are for; `--pg-version` wins. */
  readonly pgVersion?: number | undefined;
  /** Who runs the migrations: `other` adds the rules about what Lockstep takes care of. */
  readonly runner?: "lockstep" | "other" | undefined;
  /** By rule id; what is not named has the severity of its own. */
  readonly rules?: LintRuleSettings | undefined;
  /** Rules that are off unless asked for, by their pack. */
  readonly packs?: readonly ("style" | "naming")[] | undefined;
  /** How many there may be: `errors` (default 0), `warnings`, `infos` or a rule id. */
  readonly budgets?: Readonly<Record<string, number>> | undefined;
  /** Other settings for some files; of several that match, the last one wins. */
  readonly overrides?: readonly LintOverride[] | undefined;
}
