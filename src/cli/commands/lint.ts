/** `lockstep lint`: what the statements of a file would do, said before anybody runs them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXIT_CODES } from "../../failures/exit-codes.ts";
import { Failure } from "../../failures/failure.ts";
import { chooseLintFiles, type LintFiles } from "../../lint/choose-files.ts";
import { openHistory } from "../../lint/history-cache.ts";
import { lint as run, type LintOptions, type LintOutcome } from "../../lint/lint.ts";
import { ALL_RULES } from "../../lint/registry.ts";
import { REPORTERS, type ReporterEntry } from "../../lint/reporters/registry.ts";
import { BASELINE_FILE, readBaseline, writeBaseline } from "../../lint/suppress/baseline.ts";
import { checkVersion } from "../../lint/target-version.ts";
import { NEWEST_VERSION } from "../../locks/versions.ts";
import { TOOL_VERSION } from "../../version.ts";
import { changedFiles } from "../changed-files.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags } from "../flags.ts";
import { lintHistory } from "../lint-history.ts";
import { createPaint, PLAIN_PAINT, wantsColor } from "../output/paint.ts";
import { renderRule, renderRules } from "../output/rules-text.ts";
import { loadProject, type Project } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface LintFlags extends Omit<DatabaseFlags, "format"> {
  readonly since?: string;
  readonly pending?: boolean;
  /** A reporter, not the format of the folder. */
  readonly format?: string;
  readonly sourceFormat?: string;
  readonly pgVersion?: number;
  readonly runner?: "lockstep" | "other";
  readonly pack?: readonly ("style" | "naming")[];
  readonly baseline?: string;
  readonly writeBaseline?: boolean;
  readonly output?: string;
  readonly rules?: boolean;
  readonly explain?: string;
  readonly cache?: boolean;
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  readonly unproved?: boolean;
}

export function lint(
  this: CliContext,
  flags: LintFlags,
  ...paths: readonly string[]
): Promise<void> {
  return withReporter(this, flags, () => look(this, flags, paths));
}

async function look(
  context: CliContext,
  flags: LintFlags,
  paths: readonly string[],
): Promise<void> {
  const json = flags.json === true;
  if (flags.rules === true) return print(context, renderRules(ALL_RULES, json));
  if (flags.explain !== undefined) {
    return print(context, renderRule(ruleNamed(flags.explain), json));
  }
  const format = formatOf(flags);
  const { format: _format, sourceFormat, ...rest } = flags;
  const project = await loadProject(
    context,
    { ...rest, ...(sourceFormat !== undefined && { format: sourceFormat }) },
    { needsUrl: flags.pending === true },
  );
  const target = await pendingOf(project, flags);
  const set = await lintHistory(context, project, paths, flags.dir !== undefined);
  if (flags.quiet !== true) {
    for (const note of set.notes ?? []) context.process.stderr.write(`warning: ${note}\n`);
  }
  const chosen = chooseLintFiles({
    cwd: context.cwd,
    set,
    placeholders: project.settings.placeholders,
    paths,
    changed: flags.since === undefined ? undefined : await changedFiles(flags.since, context.cwd),
    pending: target?.pending,
  });
  let options = await optionsOf(context, { flags, paths, project }, chosen, target?.version);
  let unproved = false;
  if (flags.fix === true) {
    const { lintFix } = await import("../lint-fix.ts");
    const pending = (target ?? (await knownPending(project)))?.pending;
    const how = { ...flags, pending, report: format.id === "text" ? "text" : "other" } as const;
    const fixed = await lintFix(context, { set, settings: project.settings, options }, how);
    options = fixed.options;
    unproved = fixed.failed;
  }
  const result = await run(options);
  if (flags.writeBaseline === true) return keepBaseline(context, flags, result);
  await say(context, result, format, flags);
  if (result.failed || unproved) context.process.exitCode = EXIT_CODES.invalid.code;
}

interface Asked {
  readonly flags: LintFlags;
  readonly paths: readonly string[];
  readonly project: Project;
}

async function optionsOf(
  context: CliContext,
  { flags, paths, project }: Asked,
  { files, report }: LintFiles,
  serverVersion: number | undefined,
): Promise<LintOptions> {
  const version = flags.pgVersion ?? serverVersion ?? project.lint?.pgVersion ?? NEWEST_VERSION;
  checkVersion(version, flags.pgVersion === undefined ? "config.invalid" : "usage");
  const searchPath = project.settings.searchPath?.split(",").map((one) => one.trim());
  const until = files.findIndex(({ path }) => report.includes(path));
  const folder = flags.cache === false || until < 1 ? undefined : await cacheOf();
  const history =
    folder === undefined ? undefined : openHistory(folder, files, until, { version, searchPath });
  const packs = [...(project.lint?.packs ?? []), ...(flags.pack ?? [])];
  return {
    files,
    report,
    version,
    runner: flags.runner ?? project.lint?.runner ?? "lockstep",
    ...(searchPath && { searchPath }),
    config: { ...project.lint, packs },
    configFile: project.configFile,
    baseline: flags.writeBaseline === true ? undefined : baselineOf(context, flags),
    processExitsSoon: true,
    oneRelease: paths.length > 0 || flags.since !== undefined || flags.pending === true,
    ...(history?.start && { start: history.start }),
    ...(history && { onHistory: history.keep }),
  };
}

/** Undefined where nothing can be kept: a read-only home is no reason not to look at files. */
async function cacheOf(): Promise<string | undefined> {
  const { cacheFolder } = await import("../../sandbox/cache.ts");
  const folder = await cacheFolder().catch(() => undefined);
  return folder && join(folder, "lint");
}

interface Pending {
  readonly pending: ReadonlySet<string>;
  readonly version: number;
}

async function pendingOf(project: Project, { pending }: LintFlags): Promise<Pending | undefined> {
  return pending === true ? pendingOn(project) : undefined;
}

/** Where an address is given, what is applied there is known without `--pending`. */
async function knownPending(project: Project): Promise<Pending | undefined> {
  return project.url === undefined ? undefined : pendingOn(project);
}

async function pendingOn(project: Project): Promise<Pending> {
  const { status } = await import("../../runner/status.ts");
  const found = await status(await project.runnerOptions(() => {}));
  return {
    pending: new Set(found.pending.map(({ id }) => id)),
    version: Number.parseInt(/\d+/.exec(found.server)?.[0] ?? String(NEWEST_VERSION), 10),
  };
}

function baselineOf({ cwd }: CliContext, { baseline }: LintFlags): LintOptions["baseline"] {
  const file = baseline ?? BASELINE_FILE;
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    if (baseline === undefined) return undefined;
    throw new Failure({
      class: "usage",
      what: `The baseline \`${file}\` cannot be read.`,
      action: "Write it with `lockstep lint --write-baseline`, or leave `--baseline` out.",
      cause: error,
    });
  }
  return readBaseline(text, file);
}

function keepBaseline(
  context: CliContext,
  { baseline, json, quiet }: LintFlags,
  result: LintOutcome,
): void {
  const file = baseline ?? BASELINE_FILE;
  writeOutput(context, file, writeBaseline(result.findings));
  const count = result.findings.length;
  if (json === true) print(context, `${JSON.stringify({ baseline: file, findings: count })}\n`);
  else if (quiet !== true) {
    print(context, `${file}: ${count} finding${count === 1 ? "" : "s"} kept\n`);
  }
}

async function say(
  context: CliContext,
  result: LintOutcome,
  format: ReporterEntry,
  { output, quiet }: LintFlags,
): Promise<void> {
  const { stdout, env } = context.process;
  const reporter = await format.load();
  const byId = new Map(ALL_RULES.map((rule) => [rule.id, rule]));
  const text = reporter(result, {
    rules: (id) => byId.get(id),
    source: result.source,
    toolVersion: TOOL_VERSION,
    paint: output === undefined ? createPaint(wantsColor(env, stdout)) : PLAIN_PAINT,
    width: stdout.columns ?? 80,
  });
  if (output !== undefined) writeOutput(context, output, text);
  else if (quiet !== true || format.id !== "text" || result.failed) print(context, text);
}

/** Asked before any work, so that a misspelt one costs nothing. */
function formatOf({ format, json = false }: LintFlags): ReporterEntry {
  if (json && format !== undefined && format !== "json") {
    throw new Failure({
      class: "usage",
      what: `\`--json\` and \`--format ${format}\` are both given.`,
      action: "Give one of them.",
    });
  }
  const id = json ? "json" : (format ?? "text");
  const entry = REPORTERS.find((one) => one.id === id);
  if (entry !== undefined) return entry;
  const known = REPORTERS.map((one) => one.id).join(", ");
  throw new Failure({
    class: "usage",
    what: `There is no output format \`${id}\`.`,
    action: `Give one of ${known}. (The format of the folder is \`--source-format\`.)`,
  });
}

function writeOutput({ cwd }: CliContext, file: string, text: string): void {
  try {
    writeFileSync(resolve(cwd, file), text);
  } catch (error) {
    throw new Failure({
      class: "usage",
      what: `\`${file}\` cannot be written: ${error instanceof Error ? error.message : "?"}.`,
      action: "Give a file in a folder that is there and may be written.",
      cause: error,
    });
  }
}

function ruleNamed(id: string): (typeof ALL_RULES)[number] {
  const rule = ALL_RULES.find((one) => one.id === id);
  if (rule !== undefined) return rule;
  throw new Failure({
    class: "usage",
    what: `There is no rule \`${id}\`.`,
    action: "`lockstep lint --rules` lists all of them.",
  });
}

function print({ process }: CliContext, text: string): void {
  process.stdout.write(text);
}
