/** `lockstep trace`: what is pending, run on a sandbox. */
import { Failure } from "../../failures/failure.ts";
import { EXIT_CODES } from "../../failures/exit-codes.ts";
import type { MigrationSet } from "../../migrations/migration.ts";
import { pendingAmong, pendingByPath, pendingOnTarget, type Pending } from "../../trace/pending.ts";
import type { TraceResult } from "../../trace/result.ts";
import { trace as run } from "../../trace/trace.ts";
import { changedFiles } from "../changed-files.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags, PredictionFlags } from "../flags.ts";
import { renderTrace } from "../output/trace-text.ts";
import type { Reporter } from "../output/reporter.ts";
import { loadProject, type Project } from "../project.ts";
import { readPrediction } from "../read-prediction.ts";
import { withReporter } from "../with-reporter.ts";

export interface TraceFlags extends DatabaseFlags, PredictionFlags {
  readonly since?: string;
  readonly pgVersion?: number;
}

export function trace(
  this: CliContext,
  flags: TraceFlags,
  ...paths: readonly string[]
): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    // Which files are pending may be said without a database; then none is asked.
    const named = paths.length > 0 || flags.since !== undefined;
    const project = await loadProject(this, flags, { needsUrl: !named }).catch(orSayHow);
    const set = await project.source();
    const pending = await pendingOf(this, flags, paths, { project, set, reporter });
    const result = await traceProject(this, flags, { project, set, pending });
    reporter.result(result, (paint) => renderTrace(result, paint));
    endWith(this, result);
  });
}

/** With the settings of the project and what the flags say. */
export function traceProject(
  context: CliContext,
  flags: PredictionFlags & { readonly pgVersion?: number },
  { project, set, pending }: Pick<Given, "project" | "set"> & { readonly pending: Pending },
): Promise<TraceResult> {
  return run({
    set,
    pending,
    settings: project.settings,
    cwd: context.cwd,
    cache: flags.cache !== false,
    ...(flags.pgVersion !== undefined && { major: flags.pgVersion }),
    ...readPrediction(context, flags),
    lint: { config: project.lint, configFile: project.configFile },
    processExitsSoon: true,
    signal: context.signal,
  });
}

/** The code that `up` would end with, or 65 for what takes too long. */
export function endWith({ process }: CliContext, { failure, budget }: TraceResult): void {
  if (failure) process.exitCode = failure.exitCode;
  else if (budget && budget.exceeded.length > 0) process.exitCode = EXIT_CODES.invalid.code;
}

interface Given {
  readonly project: Project;
  readonly set: MigrationSet;
  readonly reporter: Reporter;
}

async function pendingOf(
  { cwd }: CliContext,
  flags: TraceFlags,
  paths: readonly string[],
  { project, set, reporter }: Given,
): Promise<Pending> {
  if (flags.since !== undefined && paths.length > 0) {
    throw new Failure({
      class: "usage",
      what: "Paths and `--since` are both given, and each says what is pending.",
      action: "Give one of them.",
    });
  }
  if (paths.length === 0 && flags.since === undefined) {
    return pendingOnTarget(await project.runnerOptions(reporter.onLookEvent), set);
  }
  const named =
    flags.since === undefined
      ? pendingByPath(set, paths, cwd)
      : pendingAmong(set, await changedFiles(flags.since, cwd));
  if (flags.url === undefined) return named;
  // Named on the command line, it says for which server.
  const { major, database } = await pendingOnTarget(
    await project.runnerOptions(reporter.onLookEvent),
    set,
  );
  return {
    ...named,
    ...(major !== undefined && { major }),
    ...(database !== undefined && { database }),
  };
}

/** Without anything that says what is pending, a missing database is only half of the story. */
function orSayHow(error: unknown): never {
  if (!(error instanceof Failure) || error.class !== "config.no_url") throw error;
  throw new Failure({
    class: "usage",
    what: "Nothing says what is pending: no database is given, no path, and no `--since`.",
    action:
      "Name the files (`lockstep trace migrations/…`), give `--since origin/main`, or a database with `--url`.",
  });
}
