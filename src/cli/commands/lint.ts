/** `lockstep lint`: what the statements of a file would do, said before anybody runs them. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Failure } from "../../failures/failure.ts";
import { openHistory } from "../../lint/history-cache.ts";
import { lint as run, type LintOptions, type LintOutcome } from "../../lint/lint.ts";
import { ALL_RULES } from "../../lint/registry.ts";
import { REPORTERS } from "../../lint/reporters/registry.ts";
import { BASELINE_FILE, readBaseline, writeBaseline } from "../../lint/suppress/baseline.ts";
import { NEWEST_VERSION, OLDEST_VERSION } from "../../locks/versions.ts";
import { type MigrationSet, nativeSet } from "../../migrations/migration.ts";
import { readPlainFolder } from "../../migrations/plain-folder.ts";
import { TOOL_VERSION } from "../../version.ts";
import { changedFiles } from "../changed-files.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags } from "../flags.ts";
import { chooseLintFiles, type LintFiles } from "../lint-files.ts";
import { createPaint, PLAIN_PAINT, wantsColor } from "../output/paint.ts";
import { renderRule, renderRules } from "../output/rules-text.ts";
import { loadProject, type Project, readProjectSource } from "../project.ts";

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

export async function lint(
  this: CliContext,
  flags: LintFlags,
  ...paths: readonly string[]
): Promise<void> {
  if (flags.rules === true) return print(this, renderRules(ALL_RULES, flags.json === true));
  if (flags.explain !== undefined) {
    return print(this, renderRule(ruleNamed(flags.explain)));
  }
  const { format, sourceFormat, ...rest } = flags;
  const project = await loadProject(
    this,
    { ...rest, ...(sourceFormat !== undefined && { format: sourceFormat }) },
    { needsUrl: flags.pending === true },
  );
  const target = await pendingOf(project, flags);
  const set = await historyOf(this, flags, project, paths);
  const chosen = chooseLintFiles({
    cwd: this.cwd,
    set,
    placeholders: project.settings.placeholders,
    paths,
    changed: flags.since === undefined ? undefined : await changedFiles(flags.since, this.cwd),
    pending: target?.pending,
  });
  let options = await optionsOf(this, { flags, paths, project }, chosen, target?.version);
  const output = flags.json === true ? "json" : (format ?? "text");
  let unproved = false;
  if (flags.fix === true) {
    const { lintFix } = await import("../lint-fix.ts");
    const pending = (target ?? (await knownPending(project)))?.pending;
    const how = { ...flags, pending, report: output === "text" ? "text" : "other" } as const;
    const fixed = await lintFix(this, { set, settings: project.settings, options }, how);
    options = fixed.options;
    unproved = fixed.failed;
  }
  const result = await run(options);
  if (flags.writeBaseline === true) return keepBaseline(this, flags, result);
  await say(this, result, output, flags);
  if (result.failed || unproved) this.process.exitCode = 65;
}

/**
 * The folder with the history. Where none is configured and the default is not there, the folder in
 * which the given files are, if it can be read as migrations; else they are all that there is.
 */
async function historyOf(
  context: CliContext,
  flags: LintFlags,
  project: Project,
  paths: readonly string[],
): Promise<MigrationSet> {
  const there = project.dirs.filter(isFolder);
  if (there.length > 0 || flags.dir !== undefined || paths.length === 0) {
    const plain = project.format === undefined ? readPlainFolder(there, context.cwd) : undefined;
    return plain ?? project.source();
  }
  const folders = new Set(paths.map((path) => dirname(resolve(context.cwd, path))));
  const [folder] = folders;
  if (folder === undefined || folders.size > 1 || !isFolder(folder)) return nativeSet([]);
  const plain = readPlainFolder([folder], context.cwd);
  if (plain !== undefined) return plain;
  try {
    return await readProjectSource(context, { ...project, dirs: [folder] });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return nativeSet([]);
  }
}

interface Asked {
  readonly flags: LintFlags;
  readonly paths: readonly string[];
  readonly project: Project;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function optionsOf(
  context: CliContext,
  { flags, paths, project }: Asked,
  { files, report }: LintFiles,
  serverVersion: number | undefined,
): Promise<LintOptions> {
  const version = flags.pgVersion ?? serverVersion ?? project.lint?.pgVersion ?? NEWEST_VERSION;
  if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
    throw new Failure({
      class: "usage",
      what: `PostgreSQL ${version} is not one that Lockstep knows.`,
      action: `Give a major version from ${OLDEST_VERSION} to ${NEWEST_VERSION}.`,
    });
  }
  const searchPath = project.settings.searchPath?.split(",").map((one) => one.trim());
  const until = files.findIndex(({ path }) => report.includes(path));
  const history =
    flags.cache === false || until < 1
      ? undefined
      : openHistory(await cacheOf(), files, until, { version, searchPath });
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

async function cacheOf(): Promise<string> {
  const { cacheFolder } = await import("../../sandbox/cache.ts");
  return join(await cacheFolder(), "lint");
}

async function pendingOf(
  project: Project,
  { pending }: LintFlags,
): Promise<{ pending: ReadonlySet<string>; version: number } | undefined> {
  return pending === true ? pendingOn(project) : undefined;
}

/** Where an address is given, what is applied there is known without `--pending`. */
async function knownPending(project: Project): ReturnType<typeof pendingOf> {
  return project.url === undefined ? undefined : pendingOn(project);
}

async function pendingOn(
  project: Project,
): Promise<{ pending: ReadonlySet<string>; version: number }> {
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

function keepBaseline(context: CliContext, { baseline }: LintFlags, result: LintOutcome): void {
  const file = baseline ?? BASELINE_FILE;
  writeFileSync(resolve(context.cwd, file), writeBaseline(result.findings));
  const count = result.findings.length;
  print(context, `${file}: ${count} finding${count === 1 ? "" : "s"} kept\n`);
}

async function say(
  context: CliContext,
  result: LintOutcome,
  format: string,
  { output, quiet }: LintFlags,
): Promise<void> {
  const { stdout, env } = context.process;
  const reporter = await REPORTERS.find(({ id }) => id === format)?.load();
  if (reporter === undefined) throw unknownFormat(format);
  const byId = new Map(ALL_RULES.map((rule) => [rule.id, rule]));
  const text = reporter(result, {
    rules: (id) => byId.get(id),
    source: result.source,
    toolVersion: TOOL_VERSION,
    paint: output === undefined ? createPaint(wantsColor(env, stdout)) : PLAIN_PAINT,
    width: stdout.columns ?? 80,
  });
  if (output !== undefined) writeFileSync(resolve(context.cwd, output), text);
  else if (quiet !== true || format !== "text" || result.failed) print(context, text);
}

function unknownFormat(format: string): Failure {
  const known = REPORTERS.map(({ id }) => id).join(", ");
  return new Failure({
    class: "usage",
    what: `There is no output format \`${format}\`.`,
    action: `Give one of ${known}. (The format of the folder is \`--source-format\`.)`,
  });
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
