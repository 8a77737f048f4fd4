/** A project from text, traced as the command traces it, and what the tests ask of the answer. */
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { pendingByPath, pendingOnTarget, type Pending } from "../../src/trace/pending.ts";
import type { TracedStatement, TraceResult } from "../../src/trace/result.ts";
import { trace, type TraceOptions } from "../../src/trace/trace.ts";
import type { MigrationSet } from "../../src/migrations/migration.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";

export interface TraceCase {
  readonly files: Readonly<Record<string, string>>;
  /** Paths of what is pending; the rest before it is history. */
  readonly pending: readonly string[];
  readonly format?: string;
  readonly options?: Partial<TraceOptions>;
}

export async function traceFiles({
  files,
  pending,
  format,
  options,
}: TraceCase): Promise<TraceResult> {
  const { dir } = await project({ files });
  const set = await readSource(["migrations"], {
    cwd: dir,
    env: {},
    ...(format !== undefined && { format }),
  });
  return traceSet(dir, set, pendingByPath(set, pending, dir), options);
}

export function traceSet(
  cwd: string,
  set: MigrationSet,
  pending: Pending,
  options: Partial<TraceOptions> = {},
): Promise<TraceResult> {
  return trace({
    set,
    pending,
    settings: DEFAULT_SETTINGS,
    cwd,
    major: testedVersion(),
    cache: false,
    ...options,
  });
}

export async function runnerOptionsFor(url: string, set: MigrationSet): Promise<RunnerOptions> {
  return {
    target: await resolveTarget({ url, env: {} }),
    source: () => Promise.resolve(set),
    settings: DEFAULT_SETTINGS,
  };
}

export async function pendingAt(url: string, set: MigrationSet): Promise<Pending> {
  return pendingOnTarget(await runnerOptionsFor(url, set), set);
}

export function statementsOf(result: TraceResult, file = 0): readonly TracedStatement[] {
  return result.files[file]!.steps.flatMap(({ statements }) => statements);
}

/** `ACCESS EXCLUSIVE users` for each lock on a table that was there before. */
export function locksOf({ locks }: TracedStatement): string[] {
  return locks
    .filter(({ isNew, kind }) => !isNew && kind !== "index")
    .map(({ mode, relation }) => `${mode} ${relation}`)
    .toSorted();
}

/** `rewrite users` for each piece of work on a table that was there before. */
export function workOf({ work }: TracedStatement): string[] {
  return work
    .filter(({ isNew }) => !isNew)
    .map(({ kind, relation }) => `${kind} ${relation}`)
    .toSorted();
}

export function heldIn(result: TraceResult, file = 0, step = 0): string[] {
  return result.files[file]!.steps[step]!.held.map(({ mode, relation }) => `${mode} ${relation}`);
}
