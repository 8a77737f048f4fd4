/**
 * `lockstep export-history`: the way back. What is applied is written into the history of another
 * tool, as that tool writes it; its table is created where it is missing. Ours stays as it is.
 */
import { Failure } from "../failures/failure.ts";
import type { ForeignHistory, ForeignTable, HistoryDatabase } from "../formats/history.ts";
import type { Format } from "../formats/format.ts";
import { formatNamed } from "../formats/read-foreign.ts";
import { readApplied, type AppliedDetail } from "../history/details.ts";
import { insertAudit } from "../history/write.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import { asFailure } from "../runner/as-failure.ts";
import { closing, opening } from "../runner/envelope.ts";
import { faultPoint } from "../runner/fault-points.ts";
import type { LockedRun } from "../runner/locked-run.ts";
import type { Reason, RunnerOptions } from "../runner/options.ts";
import { readOnly } from "../runner/read-only.ts";
import { createContext, elapsedMs, jittered } from "../runner/run-context.ts";
import { runTransaction } from "../runner/run-file.ts";
import { toFailure } from "../runner/statement-failure.ts";
import { withRunLock } from "../runner/with-lock.ts";
import { shown } from "./find-theirs.ts";
import { releaseTheirLocks, tryTheirLocks } from "./their-lock.ts";

export interface ExportOptions extends RunnerOptions {
  readonly readAs: (format: string) => Promise<MigrationSet>;
  /** The id of a format. */
  readonly to: string;
  readonly dryRun?: boolean;
}

export interface ExportResult {
  readonly tool: string;
  readonly format: string;
  readonly table: string;
  /** The table was not there, and is created. */
  readonly created: boolean;
  /** Ids whose rows are written. */
  readonly exported: readonly string[];
  /** How many the other history had already. */
  readonly known: number;
  readonly dryRun: boolean;
}

interface Work {
  readonly table: ForeignTable;
  readonly created: boolean;
  readonly rows: readonly { readonly migration: Migration; readonly row: AppliedDetail }[];
  readonly known: number;
}

export async function exportHistory(options: ExportOptions, reason: Reason): Promise<ExportResult> {
  const ctx = createContext("export-history", options);
  const format = formatNamed(options.to);
  const { history } = format;
  if (!history) {
    throw new Failure({
      class: "usage",
      what: `${format.title} keeps no history, so there is nowhere to export to.`,
      state: "Nothing was changed.",
    });
  }
  const set = await options.readAs(options.to);
  const since = performance.now();
  const result = (work: Work): ExportResult => ({
    tool: format.title,
    format: format.id,
    table: shown(work.table),
    created: work.created,
    exported: work.rows.map(({ migration }) => migration.id),
    known: work.known,
    dryRun: options.dryRun === true,
  });
  const decide = async (db: HistoryDatabase, applied: readonly AppliedDetail[]): Promise<Work> =>
    workOf(db, { format, history, set, applied });
  try {
    const first = await readOnly(ctx, "repeatable read", async ({ session, history: ours }) =>
      decide(session, ours.exists ? await readApplied(session, ctx.names) : []),
    );
    if (options.dryRun || (first.rows.length === 0 && !first.created)) return result(first);
    return await withRunLock<ExportResult>(ctx, {
      look: () => undefined,
      // A table that is made here is no change that somebody made by hand.
      ...(!first.created && { fingerprint: false as const }),
      async work(run) {
        for (;;) {
          ctx.checkSignal();
          await run.session.batch(opening(run, {}));
          run.used = true;
          const work = await tryOnce(run, history, first, decide);
          if (work) {
            await write(run, work, { history, reason });
            return result(work);
          }
          await run.session.rollback();
          if (elapsedMs(since) > ctx.settings.lockWaitMs) {
            throw new Failure({
              class: "adopt.busy",
              what: `${format.title} held its own lock for the whole time.`,
            });
          }
          await ctx.pause(jittered(500));
        }
      },
    });
  } catch (error) {
    throw asFailure(ctx, error);
  }
}

/** Undefined: their lock is taken. */
async function tryOnce(
  run: LockedRun,
  history: ForeignHistory,
  first: Work,
  decide: (db: HistoryDatabase, applied: readonly AppliedDetail[]) => Promise<Work>,
): Promise<Work | undefined> {
  const { session, ctx } = run;
  // Without its table the tool cannot be at work.
  if (!first.created && !(await tryTheirLocks(session, await history.locks(session, first.table))))
    return undefined;
  return decide(session, await readApplied(session, ctx.names));
}

async function workOf(
  db: HistoryDatabase,
  options: {
    readonly format: Format;
    readonly history: ForeignHistory;
    readonly set: MigrationSet;
    readonly applied: readonly AppliedDetail[];
  },
): Promise<Work> {
  const { format, history, set, applied } = options;
  const [found, ...others] = await history.find(db);
  if (others.length > 0) {
    throw new Failure({
      class: "adopt.ambiguous",
      what: `The database has ${others.length + 1} histories of ${format.title}.`,
      notes: [found!, ...others].map((table) => `\`${shown(table)}\``),
    });
  }
  const read = found ? await history.read(db, found) : [];
  const rows = history.expand?.(read, set.migrations) ?? read;
  const theirs = new Set(rows.filter(({ state }) => state !== "rolled-back").map(({ key }) => key));
  const byVersion = new Map(set.migrations.map((one) => [one.version ?? `R__${one.name}`, one]));
  const unknown: AppliedDetail[] = [];
  const work: { migration: Migration; row: AppliedDetail }[] = [];
  let known = 0;
  for (const row of applied) {
    if (row.kind === "baseline") continue;
    const migration = byVersion.get(row.version ?? `R__${row.name}`);
    if (migration?.theirs === undefined) unknown.push(row);
    else if (theirs.has(migration.theirs.key)) known += 1;
    else work.push({ migration, row });
  }
  if (unknown.length > 0) {
    throw new Failure({
      class: "usage",
      what: `${unknown.length} applied ${unknown.length === 1 ? "migration has" : "migrations have"} no file that ${format.title} could read, so its history would not say what is applied.`,
      state: "Nothing was changed.",
      action: `Export from the folder in the format of ${format.title}.`,
      notes: unknown.slice(0, 10).map(({ version, name }) => `${version ?? "R"}_${name}`),
      exit: "invalid",
    });
  }
  return { table: found ?? history.defaultTable, created: found === undefined, rows: work, known };
}

async function write(
  run: LockedRun,
  { table, created, rows }: Work,
  { history, reason }: { readonly history: ForeignHistory; readonly reason: Reason },
): Promise<void> {
  const { ctx } = run;
  const locks = created ? [] : await history.locks(run.session, table);
  const records = [
    ...(created ? history.create(table).map((text) => ({ text })) : []),
    ...rows.flatMap(({ migration, row }) =>
      history.record(table, migration, {
        appliedAt: row.appliedAt,
        durationMs: row.durationMs,
        by: row.appliedBy,
      }),
    ),
    insertAudit(ctx.names, {
      runId: ctx.runId,
      action: "export",
      migration: shown(table),
      by: reason.by,
      reason: reason.why,
      detail: { exported: rows.map(({ migration }) => migration.id) },
    }),
    ...releaseTheirLocks(locks),
  ];
  await runTransaction(run, {
    items: closing(run, records),
    recordTags: [],
    recordCount: records.length,
    explain: (_index, cause) => toFailure(cause, { migration: shown(table), file: shown(table) }),
    onSent: () => faultPoint("adopt-sent"),
  });
}
