/**
 * What is traced, and what is history. With a target: what is not applied on it. Without one: what
 * is named, or what has changed since a commit; everything before the first of it is history.
 */
import { realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import { Failure } from "../failures/failure.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import type { RunnerOptions } from "../runner/options.ts";
import { readOnly } from "../runner/read-only.ts";
import { policyOf, reconcile } from "../runner/reconcile.ts";
import { createContext } from "../runner/run-context.ts";

export interface Pending {
  /** What is there before the first traced migration, in order. */
  readonly history: readonly Migration[];
  /** From the first traced migration to the last, in order; the others among them are run untraced. */
  readonly order: readonly Migration[];
  readonly traced: ReadonlySet<Migration>;
  /** Of the target, where there is one. */
  readonly major?: number;
  readonly database?: string;
  readonly warnings: readonly string[];
}

/** Looks at the target in a read-only transaction. */
export async function pendingOnTarget(options: RunnerOptions, set: MigrationSet): Promise<Pending> {
  const ctx = createContext("trace", options);
  return readOnly(ctx, "read committed", ({ facts, history }) => {
    const { pending, problems } = reconcile(set.migrations, history, policyOf(ctx.settings, set));
    const traced = new Set(pending);
    return Promise.resolve({
      // What a baseline covers is history too: it has no row of its own.
      history: set.migrations.filter((migration) => !traced.has(migration)),
      order: pending,
      traced,
      major: Math.floor(facts.version / 10_000),
      database: facts.database,
      warnings: problems.map(({ message }) => message),
    });
  });
}

/** `paths` are files or folders, relative to `cwd`. */
export function pendingByPath(set: MigrationSet, paths: readonly string[], cwd: string): Pending {
  const traced = new Set<Migration>();
  for (const path of paths) {
    const at = real(resolve(cwd, path));
    const found = set.migrations.filter((migration) => {
      const file = fileOf(migration);
      return file === at || file?.startsWith(at + sep) === true;
    });
    if (found.length === 0) throw noMigration(path);
    for (const migration of found) traced.add(migration);
  }
  return divide(set, traced);
}

/** `files` are absolute paths, of whatever has changed. */
export function pendingAmong(set: MigrationSet, files: ReadonlySet<string>): Pending {
  const changed = new Set([...files].map(real));
  return divide(
    set,
    new Set(
      set.migrations.filter((migration) => {
        const file = fileOf(migration);
        return file !== undefined && changed.has(file);
      }),
    ),
  );
}

/** Only some of it, such as what `--count 1` of a plan takes. */
export function only(pending: Pending, ids: ReadonlySet<string>): Pending {
  const taken = pending.order.filter(({ id }) => ids.has(id));
  return { ...pending, order: taken, traced: new Set(taken) };
}

function divide({ migrations }: MigrationSet, traced: ReadonlySet<Migration>): Pending {
  const first = migrations.findIndex((migration) => traced.has(migration));
  const last = migrations.findLastIndex((migration) => traced.has(migration));
  return {
    history: first < 0 ? migrations : migrations.slice(0, first),
    order: first < 0 ? [] : migrations.slice(first, last + 1),
    traced,
    warnings: [],
  };
}

function fileOf({ up }: Migration): string | undefined {
  return up.absolutePath === undefined ? undefined : real(up.absolutePath);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function noMigration(path: string): Failure {
  return new Failure({
    class: "usage",
    what: `\`${path}\` is no migration of this project.`,
    action: "Name a file of the migrations folder, or the folder with `--dir`.",
  });
}
