/** Work on tables that were there, as long as they are big, while their writers wait. */
import type { WorkKind } from "../../locks/lock-facts.ts";
import { blocksWrites, type LockMode } from "../../locks/lock-mode.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { RunnerSettings } from "../../runner/options.ts";
import type { HistorySandbox } from "../../trace/history-sandbox.ts";
import { traceFile } from "../../trace/trace-file.ts";
import { openTraceSessions } from "../../trace/trace-session.ts";

export interface LongWork {
  readonly migration: string;
  readonly line: number;
  readonly kind: WorkKind;
  readonly relation: string;
  readonly mode: LockMode;
}

export interface Watched {
  readonly work: readonly LongWork[];
  readonly failures: readonly string[];
}

interface WatchContext {
  readonly sandbox: HistorySandbox;
  readonly settings: RunnerSettings;
  readonly signal: AbortSignal;
}

/** Runs the files on the database, each statement observed. */
export async function watch(
  url: string,
  migrations: readonly Migration[],
  existing: ReadonlySet<string>,
  { sandbox, settings, signal }: WatchContext,
): Promise<Watched> {
  const work: LongWork[] = [];
  const failures: string[] = [];
  const { gaps, preparer } = sandbox;
  await using sessions = await openTraceSessions(url);
  for (const migration of migrations) {
    const prepared = await preparer.prepare(migration, "up");
    const traced = await traceFile(prepared, { sessions, settings, gaps, signal });
    if (traced.failure !== undefined) {
      failures.push(`${migration.id} fails when it is traced: ${traced.failure.what}`);
    }
    if (traced.untraced !== undefined) {
      failures.push(`${migration.id} cannot be traced: ${traced.untraced}`);
    }
    for (const { work: done, line } of traced.steps.flatMap(({ statements }) => statements)) {
      for (const { kind, relation, isNew, mode } of done) {
        // What an earlier file of the sequence made was not there for anybody.
        if (isNew || mode === null || !blocksWrites(mode) || !existing.has(relation)) continue;
        work.push({ migration: migration.id, line, kind, relation, mode });
      }
    }
  }
  return { work, failures };
}

/**
 * What a file of a recipe does always counts. In the author's own statements that were only moved,
 * it counts where the original does it less often.
 */
export function divide(
  seen: readonly LongWork[],
  original: readonly LongWork[],
  planned: ReadonlySet<string>,
): { readonly fresh: readonly LongWork[]; readonly same: readonly LongWork[] } {
  const left = [...original];
  const fresh: LongWork[] = [];
  const same: LongWork[] = [];
  for (const one of seen) {
    const at = planned.has(one.migration)
      ? -1
      : left.findIndex(({ kind, relation }) => kind === one.kind && relation === one.relation);
    if (at < 0) fresh.push(one);
    else {
      left.splice(at, 1);
      same.push(one);
    }
  }
  return { fresh, same };
}

const WORDS: Readonly<Record<WorkKind, string>> = {
  rewrite: "rewrites",
  scan: "reads all of",
  "index-build": "builds an index of",
  "fk-validation": "validates a foreign key of",
};

export function workText({ migration, line, kind, relation, mode }: LongWork): string {
  return `${migration}:${line} ${WORDS[kind]} \`${relation}\` under ${mode}`;
}
