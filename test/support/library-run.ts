/**
 * One `up` or `down` in this process, the way a program that uses the library runs it: nothing is
 * thrown, because a test wants to look at the failure, the events and the database together.
 */
import { Failure } from "../../src/failures/failure.ts";
import { migrationsFromData, type MigrationData } from "../../src/migrations/from-data.ts";
import { nativeSet } from "../../src/migrations/migration.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { down } from "../../src/runner/down.ts";
import type { RunEvent } from "../../src/runner/events.ts";
import {
  DEFAULT_SETTINGS,
  type Reason,
  type RunnerOptions,
  type RunnerSettings,
  type Selection,
} from "../../src/runner/options.ts";
import type { RunResult } from "../../src/runner/results.ts";
import { up } from "../../src/runner/up.ts";

export interface LibraryRunOptions {
  readonly settings?: Partial<RunnerSettings>;
  readonly onEvent?: (event: RunEvent) => void;
  readonly selection?: Selection;
  readonly signal?: AbortSignal;
  readonly force?: Reason;
}

export interface LibraryRun {
  readonly result: RunResult | undefined;
  readonly failure: Failure | undefined;
  readonly events: readonly RunEvent[];
}

/** Names and texts, `{ "1_a.sql": "create table a ()" }`, or migrations as data. */
export type TestMigrations = Readonly<Record<string, string>> | readonly MigrationData[];

export async function libraryUp(
  url: string,
  migrations: TestMigrations,
  options: LibraryRunOptions = {},
): Promise<LibraryRun> {
  return run(up, url, migrations, options);
}

export async function libraryDown(
  url: string,
  migrations: TestMigrations,
  options: LibraryRunOptions = {},
): Promise<LibraryRun> {
  return run(down, url, migrations, options);
}

/** What every operation of the runner takes. */
export async function runnerOptionsFor(
  url: string,
  migrations: TestMigrations,
  options: LibraryRunOptions = {},
): Promise<RunnerOptions> {
  const data = isList(migrations)
    ? migrations
    : Object.entries(migrations).map(([name, sql]) => ({ name, sql }));
  return {
    target: await resolveTarget({ url, env: {} }),
    source: async () => nativeSet(migrationsFromData(data)),
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    ...(options.onEvent && { onEvent: options.onEvent }),
    ...(options.signal && { signal: options.signal }),
    ...(options.force && { force: options.force }),
  };
}

async function run(
  operation: typeof up,
  url: string,
  migrations: TestMigrations,
  options: LibraryRunOptions,
): Promise<LibraryRun> {
  const events: RunEvent[] = [];
  const runner = await runnerOptionsFor(url, migrations, {
    ...options,
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  try {
    return { result: await operation(runner, options.selection), failure: undefined, events };
  } catch (error) {
    // Anything else than a Failure is a bug, and the test should say so with its stack.
    if (!(error instanceof Failure)) throw error;
    return { result: undefined, failure: error, events };
  }
}

function isList(migrations: TestMigrations): migrations is readonly MigrationData[] {
  return Array.isArray(migrations);
}
