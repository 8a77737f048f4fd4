/** Checks the form of `lint` in a configuration. Which rules there are, the linter knows. */
import * as v from "valibot";

const SEVERITY = v.picklist(
  ["error", "warning", "info", "off"],
  "must be `error`, `warning`, `info` or `off`",
);

const SETTING = v.lazy((input) =>
  // Chosen here, so that a wrong severity is not told as a wrong object.
  typeof input === "object" && input !== null
    ? v.looseObject({ severity: v.optional(SEVERITY) })
    : SEVERITY,
);

const RULES = v.record(v.string(), SETTING, "must be an object of rules");

const GLOB = v.pipe(v.string("must be a glob"), v.nonEmpty("must not be empty"));

const LINT = {
  pgVersion: v.optional(
    v.pipe(v.number("must be a number"), v.integer("must be a major version like 16")),
  ),
  runner: v.optional(v.picklist(["lockstep", "other"], "must be `lockstep` or `other`")),
  rules: v.optional(RULES),
  packs: v.optional(
    v.array(v.picklist(["style", "naming"], "must be `style` or `naming`"), "must be a list"),
  ),
  budgets: v.optional(
    v.record(
      v.string(),
      v.pipe(
        v.number("must be a number"),
        v.integer("must be a whole number"),
        v.minValue(0, "must not be negative"),
      ),
      "must be an object of numbers",
    ),
  ),
  overrides: v.optional(
    v.array(
      v.strictObject({
        files: v.union(
          [GLOB, v.pipe(v.array(GLOB), v.minLength(1))],
          "must be a glob or a list of globs",
        ),
        rules: RULES,
      }),
      "must be a list",
    ),
  ),
};

export const LINT_CONFIG = v.strictObject(LINT);

/** The keys that an object inside of `lint` may have, for advice; by the path without numbers. */
export const LINT_KEYS: Readonly<Record<string, readonly string[]>> = {
  lint: Object.keys(LINT),
  "lint.overrides": ["files", "rules"],
};
