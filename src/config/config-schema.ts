/** Checks a loaded configuration. Imports valibot, so load it only when there is a file. */
import * as v from "valibot";

import { Failure } from "../failures/failure.ts";
import { nearest } from "../failures/nearest.ts";
import type { Config } from "./config.ts";
import { DEPLOY_NESTED_KEYS, DEPLOY_VALUES } from "./deploy-config-schema.ts";
import { readDuration } from "./duration.ts";
import { LINT_CONFIG, LINT_KEYS } from "./lint-config-schema.ts";

const text = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty"));
const duration = v.pipe(
  v.union([v.string(), v.number()], "must be a duration like `10m` or a number of milliseconds"),
  v.check(
    (value) => readDuration(value) !== undefined,
    "must be a duration like `250ms`, `5s` or `10m`",
  ),
);

const VALUES = {
  dir: v.optional(
    v.union([text, v.pipe(v.array(text), v.minLength(1))], "must be a folder or a list of folders"),
  ),
  format: v.optional(text),
  // An empty string counts as not given, so that `url: process.env.X ?? ""` does what it means.
  url: v.optional(
    v.union(
      [v.string(), v.function()],
      "must be a connection string or a function that returns one",
    ),
  ),
  historySchema: v.optional(text),
  historyPrefix: v.optional(v.string("must be a string")),
  lockWait: v.optional(duration),
  lockTimeout: v.optional(duration),
  budget: v.optional(duration),
  connectWait: v.optional(duration),
  outOfOrder: v.optional(v.picklist(["refuse", "allow"], "must be `refuse` or `allow`")),
  strict: v.optional(v.boolean("must be true or false")),
  historyView: v.optional(v.boolean("must be true or false")),
  searchPath: v.optional(text),
  placeholders: v.optional(
    v.union(
      [v.literal(true), v.record(v.string(), v.string())],
      "must be `true` or an object of strings",
    ),
  ),
  ...DEPLOY_VALUES,
};

const ENVIRONMENT = v.strictObject(VALUES);
const CONFIG = v.strictObject({
  ...VALUES,
  environments: v.optional(v.record(v.string(), ENVIRONMENT)),
  lint: v.optional(LINT_CONFIG),
  // Lets JSON files name a schema for editors.
  $schema: v.optional(v.string()),
});

/** Returns the configuration, or fails with every wrong key named by its path. */
export function checkConfig(value: unknown, file: string): Config {
  const result = v.safeParse(CONFIG, value);
  if (result.success) return result.output as Config;
  throw new Failure({
    class: "config.invalid",
    what: `${file} is not a valid configuration.`,
    action: "Correct the keys below.",
    notes: result.issues.map(describeIssue),
  });
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  if (path === null)
    return "the default export must be an object; wrap it in `defineConfig({ … })`";
  const last = path.slice(path.lastIndexOf(".") + 1);
  // strictObject reports an unknown key as one that should be `never`.
  if (issue.expected === "never") {
    const near = nearest(last, keysBeside(path));
    return `\`${path}\` is not known${near === undefined ? "" : `; did you mean \`${near}\``}`;
  }
  if (issue.type === "strict_object") return `\`${path}\` must be an object`;
  return `\`${path}\` ${issue.message}`;
}

/** The keys that might have been meant where an unknown one stands. */
function keysBeside(path: string): readonly string[] {
  const parent = path
    .split(".")
    .slice(0, -1)
    .filter((part) => !/^\d+$/.test(part))
    .join(".");
  const nested = parent.replace(/^environments\.[^.]+\.?/, "");
  return (
    LINT_KEYS[parent] ??
    DEPLOY_NESTED_KEYS[nested] ?? [...Object.keys(VALUES), "environments", "lint"]
  );
}
