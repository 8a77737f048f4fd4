/** `lint` as a function: what `lockstep lint` says, as data. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { LintConfig } from "../config/lint-config.ts";
import { Failure } from "../failures/failure.ts";
import { chooseLintFiles, type LintFiles } from "../lint/choose-files.ts";
import { lint as run, type LintOutcome } from "../lint/lint.ts";
import { readBaseline } from "../lint/suppress/baseline.ts";
import { checkVersion } from "../lint/target-version.ts";
import { NEWEST_VERSION } from "../locks/versions.ts";
import { type CommonOptions, sourceOf, type SourceOptions } from "./options.ts";

/** With all that `lint` of a configuration may say. */
export interface LintOptions extends SourceOptions, Pick<CommonOptions, "searchPath">, LintConfig {
  /**
   * Files and folders to report on, with all others as history; default all. Of migrations as data:
   * their names.
   */
  readonly paths?: readonly string[];
  /** Baseline file, as `lockstep lint --write-baseline` writes it; default none. */
  readonly baseline?: string;
}

/** Looks at migrations without a database. Findings are returned, not thrown. */
export async function lint(options: LintOptions = {}): Promise<LintOutcome> {
  const { cwd = process.cwd(), searchPath, baseline } = options;
  const { pgVersion, runner, rules, packs, budgets, overrides } = options;
  const version = pgVersion ?? NEWEST_VERSION;
  checkVersion(version, "config.invalid");
  const { files, report } = await filesOf(options, cwd);
  return run({
    files,
    report,
    version,
    config: { rules, packs, budgets, overrides },
    configFile: "The options",
    oneRelease: options.paths !== undefined,
    ...(runner && { runner }),
    ...(searchPath !== undefined && {
      searchPath: searchPath.split(",").map((schema) => schema.trim()),
    }),
    ...(baseline !== undefined && {
      baseline: readBaseline(await readText(resolve(cwd, baseline), baseline), baseline),
    }),
  });
}

async function filesOf(options: LintOptions, cwd: string): Promise<LintFiles> {
  const { paths = [], migrations, placeholders } = options;
  const set = await sourceOf(options)();
  if (migrations === undefined) return chooseLintFiles({ cwd, set, placeholders, paths });
  const { files, report } = chooseLintFiles({ cwd, set, placeholders, paths: [] });
  if (paths.length === 0) return { files, report };
  const unknown = paths.find((path) => !report.includes(path));
  if (unknown === undefined)
    return { files, report: report.filter((path) => paths.includes(path)) };
  throw new Failure({
    class: "usage",
    what: `None of the migrations has the name \`${unknown}\`.`,
    action: "Give the name of one that is a way up, as it is in `migrations`.",
  });
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Failure({
      class: "usage",
      what: `The baseline \`${shown}\` cannot be read.`,
      action: "Write it with `lockstep lint --write-baseline`, or leave `baseline` out.",
      cause: error,
    });
  }
}
