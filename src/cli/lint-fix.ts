/** `lockstep lint --fix`: the part of the command that writes. */
import { fix, replacing, type FixResult } from "../fix/fix.ts";
import { writeFixed } from "../fix/write-files.ts";
import type { LintOptions } from "../lint/lint.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import type { RunnerSettings } from "../runner/options.ts";
import type { CliContext } from "./context.ts";
import { renderFix, toWrite } from "./output/fix-text.ts";
import { createPaint, PLAIN_PAINT, wantsColor } from "./output/paint.ts";

export interface LintFixFlags {
  readonly dryRun?: boolean;
  readonly unproved?: boolean;
  readonly cache?: boolean;
}

export interface LintFixed {
  /** For the report that follows: with the new files in the place of the old ones. */
  readonly options: LintOptions;
  /** Something is not proved, and so it was not written. */
  readonly failed: boolean;
}

export async function lintFix(
  context: CliContext,
  {
    set,
    settings,
    options,
  }: {
    readonly set: MigrationSet;
    readonly settings: RunnerSettings;
    readonly options: LintOptions;
  },
  {
    dryRun = false,
    unproved = false,
    cache = true,
    pending,
    report,
  }: LintFixFlags & {
    readonly pending: ReadonlySet<string> | undefined;
    /** The report goes to stdout, which a program reads. */
    readonly report: "text" | "other";
  },
): Promise<LintFixed> {
  const { cwd, signal } = context;
  const result = await fix({ set, lint: options, settings, cwd, cache, pending, signal });
  const { stdout, stderr, env } = context.process;
  const stream = report === "text" ? stdout : stderr;
  const paint = report === "text" ? createPaint(wantsColor(env, stdout)) : PLAIN_PAINT;
  const written = toWrite(result, { dryRun, unproved });
  for (const file of written) await writeFixed(file);
  stream.write(renderFix(result, { paint, dryRun, unproved, asked: pending !== undefined }));
  return {
    options: replacing(options, dryRun ? provedOf(result, unproved) : written),
    failed: isUnproved(result, unproved),
  };
}

function provedOf({ files }: FixResult, unproved: boolean): FixResult["files"] {
  return files.filter(({ proof }) => proof.proved || unproved);
}

function isUnproved({ files }: FixResult, unproved: boolean): boolean {
  return !unproved && files.some(({ proof }) => !proof.proved);
}
