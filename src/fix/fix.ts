/**
 * `lockstep lint --fix`: what the findings of the reported files propose, as whole files that are
 * proved and not yet written.
 *
 *   plan-file.ts     edits and recipes of one file
 *   lay-out.ts       the files that take its place
 *   prove/           old and new on a sandbox
 *   write-files.ts   onto the disk
 */
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { lint, type LintFile, type LintOptions } from "../lint/lint.ts";
import { checksumOf } from "../migrations/checksum.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import type { RunnerSettings } from "../runner/options.ts";
import { arrangeFiles, type WrittenFile } from "./arrange-files.ts";
import { changedReading } from "./changed-reading.ts";
import { planFile, type PlannedChange, type Unfixed } from "./plan-file.ts";
import { createProver, type Prover } from "./prove/prover.ts";
import type { Proof } from "./prove/prove.ts";
import { readFileSet } from "./prove/read-file-set.ts";
import { isRefusal, type Plan, type Refusal } from "./recipe.ts";

export { replacing, type WrittenFile } from "./arrange-files.ts";
export type { Unfixed } from "./plan-file.ts";

export interface FixOptions {
  readonly set: MigrationSet;
  /** As for the report. */
  readonly lint: LintOptions;
  readonly settings: RunnerSettings;
  readonly cwd: string;
  /** Ids of what is not applied; undefined: no database was asked. */
  readonly pending?: ReadonlySet<string> | undefined;
  /** Whether the sandbox may begin with a history that was kept, and keeps its own. */
  readonly cache: boolean;
  readonly signal: AbortSignal;
}

export interface FixedFile {
  readonly migration: Migration;
  readonly before: string;
  /** In the place of the original, in order; the first may have its path. */
  readonly files: readonly WrittenFile[];
  /** What was done, for people. */
  readonly titles: readonly string[];
  readonly notes: readonly string[];
  readonly proof: Proof;
}

export interface FixResult {
  readonly files: readonly FixedFile[];
  readonly unfixed: readonly Unfixed[];
}

export async function fix(options: FixOptions): Promise<FixResult> {
  const { set } = options;
  const { paths, lint: lintOptions } = await fixable(options.lint);
  const files: FixedFile[] = [];
  const unfixed: Unfixed[] = [];
  await using prover = createProver(options);
  for (const path of paths) {
    const migration = set.migrations.find(({ up }) => up.path === path);
    const why = whyNot(
      migration,
      lintOptions.files.find((file) => file.path === path)!,
      options,
    );
    if (migration === undefined || why !== undefined) {
      unfixed.push({
        file: path,
        line: 1,
        rule: "",
        reason: why ?? "it is no migration of this project",
      });
      continue;
    }
    const recipes = set.format === "native" && migration.version !== undefined;
    const change = await planFile(path, lintOptions, { recipes });
    unfixed.push(...change.unfixed);
    if (change.titles.length + change.plans.size === 0) continue;
    const outcome = await fixOne(migration, change, { ...options, lint: lintOptions }, prover);
    if (isRefusal(outcome)) unfixed.push({ file: path, line: 1, rule: "", reason: outcome.reason });
    else files.push(outcome);
  }
  return { files, unfixed };
}

/** Paths of the files with a finding that can be fixed; and lint, from where the history ends. */
async function fixable(
  options: LintOptions,
): Promise<{ readonly paths: readonly string[]; readonly lint: LintOptions }> {
  const { onHistory } = options;
  let start = options.start && {
    ...options.start,
    catalog: structuredClone(options.start.catalog),
  };
  const { findings } = await lint({
    ...options,
    onHistory: (catalog, after) => {
      onHistory?.(catalog, after);
      start = { catalog: structuredClone(catalog), after };
    },
  });
  const found = new Set(findings.filter((one) => one.fix !== null).map(({ file }) => file));
  return {
    paths: options.report.filter((path) => found.has(path)),
    lint: { ...options, ...(start && { start }) },
  };
}

function whyNot(
  migration: Migration | undefined,
  file: LintFile,
  { pending }: FixOptions,
): string | undefined {
  if (file.down === true) return "it is a down migration, which is changed by hand";
  if (migration === undefined) return "it is no migration of this project";
  if (migration.up.absolutePath === undefined) return "it has no file";
  if (migration.up.reading?.generate !== undefined) return "its SQL is made by code";
  if (pending !== undefined && !pending.has(migration.id)) {
    return "it is applied, and the history has its checksum";
  }
  return undefined;
}

async function fixOne(
  migration: Migration,
  change: PlannedChange,
  options: FixOptions,
  prover: Prover,
): Promise<FixedFile | Refusal> {
  const arranged = await arrangeFiles(migration, change, options);
  if (isRefusal(arranged)) return arranged;
  const { files, titles, plans, notes } = arranged;
  const set = await asMigrations(migration, files, options);
  try {
    const proof = await prover.prove({
      original: migration,
      sequence: set.migrations,
      planned: plannedIds(set.migrations, files),
      tables: change.tables,
      random: new Set(plans.flatMap(({ random = [] }) => random)),
      adds: new Set(plans.flatMap(({ adds = [] }) => adds)),
    });
    return {
      migration,
      before: migration.up.bytes.toString("utf8"),
      files,
      titles: [...titles, ...plans.map(titleOf)],
      notes: [...plans.flatMap((plan) => plan.notes ?? []), ...notes],
      proof,
    };
  } finally {
    if (set.folder !== undefined) await rm(set.folder, { recursive: true, force: true });
  }
}

function plannedIds(
  migrations: readonly Migration[],
  files: readonly WrittenFile[],
): ReadonlySet<string> {
  const planned = files.filter((file) => file.planned).map(({ path }) => basename(path));
  return new Set(
    migrations.filter(({ up }) => planned.includes(basename(up.path))).map(({ id }) => id),
  );
}

function titleOf({ of, files }: Plan): string {
  const phases = [...new Set(files.map(({ phase }) => phase))];
  return `${of}: ${files.length === 1 ? "one file" : `${files.length} files`} (${phases.join(", ")})`;
}

async function asMigrations(
  migration: Migration,
  files: readonly WrittenFile[],
  { cwd }: FixOptions,
): Promise<{ readonly migrations: readonly Migration[]; readonly folder?: string }> {
  const [only] = files;
  if (files.length === 1 && only !== undefined && !only.module) {
    // Without its place on the disk, where the old text still is.
    const { absolutePath: _, ...up } = migration.up;
    const bytes = Buffer.from(only.text);
    const changed = changedReading(up, up.bytes.length, bytes.length);
    const file = { ...up, ...changed, bytes, checksum: checksumOf(bytes) };
    return { migrations: [{ ...migration, up: file }] };
  }
  return readFileSet(
    files.map(({ path, text }) => ({ name: basename(path), text })),
    cwd,
  );
}
