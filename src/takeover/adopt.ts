/**
 * `lockstep adopt`: the history of another tool becomes ours, and nothing is run.
 *
 * H1. Their history is read and ours is written in one transaction, under the locks of both tools:
 *     what is adopted is what their tool had applied at that moment.
 * H2. Adopting again adds what their tool has applied since, and changes nothing else.
 * H3. Nothing is adopted while one of their rows is failed or cannot be told apart from a file that
 *     a later checkout has: that file would be run again.
 */
import { Failure } from "../failures/failure.ts";
import type { ForeignLock, ForeignTable } from "../formats/history.ts";
import { insertAdopted, insertAudit, keepTheirs } from "../history/write.ts";
import type { History } from "../history/read.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import type { BatchItem } from "../postgres/batch.ts";
import { asFailure } from "../runner/as-failure.ts";
import { closing, opening } from "../runner/envelope.ts";
import { faultPoint } from "../runner/fault-points.ts";
import type { LockedRun } from "../runner/locked-run.ts";
import type { Reason, RunnerOptions } from "../runner/options.ts";
import { readOnly } from "../runner/read-only.ts";
import { createContext, elapsedMs, jittered, type RunContext } from "../runner/run-context.ts";
import { runTransaction } from "../runner/run-file.ts";
import { toFailure } from "../runner/statement-failure.ts";
import { withRunLock } from "../runner/with-lock.ts";
import { findTheirs, shown, type Theirs, type Wanted } from "./find-theirs.ts";
import { matchHistory, type Adoptable, type AdoptEntry, type Match } from "./match.ts";
import { releaseTheirLocks, tryTheirLocks } from "./their-lock.ts";

export interface AdoptOptions extends RunnerOptions {
  /** The folder read as another format than it shows. */
  readonly readAs: (format: string) => Promise<MigrationSet>;
  readonly from?: string;
  readonly table?: string;
  readonly dryRun?: boolean;
  /** Rows that belong to no file, and whose file would have an unknown name, are left out. */
  readonly acceptMissing?: boolean;
  /** Go on writing their history with each run, until `finishAdoption`. */
  readonly keepTheirs?: boolean;
}

export interface AdoptResult {
  /** The other tool, as people write it. */
  readonly tool: string;
  readonly format: string;
  /** `schema.name` of its history. */
  readonly table: string;
  readonly entries: readonly AdoptEntry[];
  /** How many rows were written; with `dryRun`, would be. */
  readonly adopted: number;
  /** How many of them our history had already. */
  readonly known: number;
  readonly keepTheirs: boolean;
  readonly dryRun: boolean;
}

/** What is the same for the look before the lock and for the work under it. */
interface Look {
  readonly theirs: Theirs;
  readonly set: MigrationSet;
  readonly match: Match;
}

export async function adopt(options: AdoptOptions, reason: Reason): Promise<AdoptResult> {
  const ctx = createContext("adopt", options);
  const folder = await options.source();
  const first = await readOnly(ctx, "repeatable read", async ({ session, history }) => {
    const theirs = await findTheirs(session, wanted(options, folder));
    const set =
      theirs.format.id === folder.format ? folder : await options.readAs(theirs.format.id);
    const match = await look(session, theirs, set, theirs.table);
    return { look: { theirs, set, match }, missing: missingIn(match, history).length };
  });
  refuse(first.look, options);
  if (options.dryRun) return resultOf(options, first.look, first.missing);
  try {
    const { adopted, match } = await underBothLocks(ctx, options, first.look, reason);
    ctx.emit({
      event: "run-finished",
      outcome: adopted > 0 ? "applied" : "nothing-to-do",
      applied: [],
      remaining: match.entries.filter(({ state }) => state === "pending" || state === "skipped")
        .length,
      durationMs: elapsedMs(ctx.startedAt),
      longestWaitMs: 0,
    });
    return resultOf(options, { ...first.look, match }, adopted);
  } catch (error) {
    throw asFailure(ctx, error);
  }
}

function wanted({ from, table }: AdoptOptions, { format }: MigrationSet): Wanted {
  return {
    folderFormat: format,
    ...(from !== undefined && { from }),
    ...(table !== undefined && { table }),
  };
}

async function look(
  db: Parameters<Theirs["history"]["read"]>[0],
  { history }: Theirs,
  set: MigrationSet,
  table: ForeignTable,
): Promise<Match> {
  return matchHistory(set, history, await history.read(db, table));
}

async function underBothLocks(
  ctx: RunContext,
  options: AdoptOptions,
  first: Look,
  reason: Reason,
): Promise<{ adopted: number; match: Match }> {
  const { theirs, set } = first;
  const since = performance.now();
  return withRunLock(ctx, {
    look: () => undefined,
    // What was adopted says nothing about the schema: a drift before it is still seen after it.
    fingerprint: false,
    async work(run, history) {
      for (;;) {
        ctx.checkSignal();
        await run.session.batch(opening(run, {}));
        run.used = true;
        const locks = await theirs.history.locks(run.session, theirs.table);
        if (await tryTheirLocks(run.session, locks)) {
          const match = await look(run.session, theirs, set, theirs.table);
          refuse({ theirs, set, match }, options);
          faultPoint("adopt-locked");
          const adopted = await write(run, history, { options, theirs, match, locks, reason });
          faultPoint("after-adopt");
          return { adopted, match };
        }
        await run.session.rollback();
        if (elapsedMs(since) > ctx.settings.lockWaitMs) throw busy(theirs);
        await ctx.pause(jittered(500));
      }
    },
  });
}

/** Rows that our history does not have yet. */
function missingIn({ adoptable }: Match, history: History): readonly Adoptable[] {
  const versions = new Set<string | null>();
  const repeatables = new Set<string>();
  for (const row of history.rows) {
    if (row.version === null) repeatables.add(row.name);
    else versions.add(row.version);
  }
  return adoptable.filter(({ row, migration }) => {
    if (migration === undefined) return row.label !== undefined && !versions.has(row.label.version);
    return migration.version === undefined
      ? !repeatables.has(migration.name)
      : !versions.has(migration.version);
  });
}

interface Writing {
  readonly options: AdoptOptions;
  readonly theirs: Theirs;
  readonly match: Match;
  readonly locks: readonly ForeignLock[];
  readonly reason: Reason;
}

async function write(
  run: LockedRun,
  history: History,
  { options, theirs, match, locks, reason }: Writing,
): Promise<number> {
  const { ctx } = run;
  const { names, runId } = ctx;
  const missing = missingIn(match, history);
  const { format, table } = theirs;
  // H2, and after a connection that was lost behind our own COMMIT.
  const inserts = missing.map((one) => adoptedRow(ctx, format.id, one));
  const keeps = options.keepTheirs === true;
  const kept = keeps ? { format: format.id, table: placeOf(table) } : null;
  const changesKept = JSON.stringify(kept) !== JSON.stringify(history.theirs);
  if (missing.length === 0 && !(keeps && changesKept)) {
    await run.session.rollback();
    return history.rows.filter((row) => row.runId === runId).length;
  }
  const records: BatchItem[] = [
    ...inserts,
    ...(keeps && changesKept ? [keepTheirs(names, kept)] : []),
    insertAudit(names, {
      runId,
      action: "adopt",
      migration: shown(table),
      by: reason.by,
      reason: reason.why,
      detail: {
        from: format.id,
        adopted: missing.length,
        edited: match.entries.filter(({ state }) => state === "edited").map(({ id }) => id),
        missing: match.entries.filter(({ state }) => state === "missing").map(({ id }) => id),
      },
    }),
    ...releaseTheirLocks(locks),
  ];
  await runTransaction(run, {
    items: closing(run, records),
    recordTags: inserts.map(() => "INSERT 0 1"),
    recordCount: records.length,
    explain: (_index, cause) => toFailure(cause, { migration: shown(table), file: shown(table) }),
    onSent: () => faultPoint("adopt-sent"),
  });
  return missing.length;
}

function adoptedRow(
  ctx: RunContext,
  origin: string,
  { row, migration, edited }: Adoptable,
): BatchItem {
  const version = migration ? (migration.version ?? null) : row.label!.version;
  const isRepeatable = migration?.kind === "repeatable";
  return insertAdopted(ctx.names, {
    kind: isRepeatable ? "repeatable" : "versioned",
    version,
    name: migration?.name ?? row.label!.name,
    // The text of a repeatable that was applied is not known any more: it runs again.
    checksum: migration && !(isRepeatable && edited) ? migration.up.checksum : null,
    appliedAt: row.appliedAt,
    appliedBy: row.appliedBy,
    durationMs: Math.min(2_147_483_647, Math.max(0, Math.round(row.durationMs ?? 0))),
    runId: ctx.runId,
    toolVersion: ctx.toolVersion,
    origin,
  });
}

function placeOf({ schema, name, layout }: ForeignTable): ForeignTable {
  return { schema, name, ...(layout !== undefined && { layout }) };
}

function refuse({ theirs, match }: Look, { acceptMissing }: AdoptOptions): void {
  const { format, history } = theirs;
  const failed = match.entries.filter(({ state }) => state === "failed");
  if (failed.length > 0) {
    throw new Failure({
      class: "adopt.failed_row",
      migration: failed[0]!.id,
      what: `The history of ${format.title} says that \`${failed[0]!.id}\` was begun and did not end well.`,
      ...(history.failedAdvice !== undefined && {
        action: `Look what of it is in the database, and finish it or take it back by hand. ${history.failedAdvice} Then adopt again.`,
      }),
      notes: failed.flatMap(({ id, message }) =>
        message ? [`${id}: ${message.split("\n", 1)[0]}`] : failed.length > 1 ? [id] : [],
      ),
    });
  }
  const unknown = match.adoptable.filter(
    ({ row, migration }) => migration === undefined && row.label === undefined,
  );
  if (unknown.length > 0 && !acceptMissing) {
    throw new Failure({
      class: "adopt.unknown_rows",
      what: `${format.title} has applied ${unknown.length === 1 ? "a migration" : `${unknown.length} migrations`} whose files are not in the folder.`,
      notes: unknown.map(
        ({ row }) => `${row.note ?? row.key}${row.appliedAt ? `, applied ${row.appliedAt}` : ""}`,
      ),
    });
  }
}

function busy({ format, table }: Theirs): Failure {
  return new Failure({
    class: "adopt.busy",
    what: `${format.title} held its own lock for the whole time; the history in \`${shown(table)}\` was not read.`,
  });
}

function resultOf(options: AdoptOptions, { theirs, match }: Look, adopted: number): AdoptResult {
  const { format, table } = theirs;
  const adoptable = match.adoptable.filter(({ row, migration }) => migration ?? row.label);
  return {
    tool: format.title,
    format: format.id,
    table: shown(table),
    entries: match.entries,
    adopted,
    known: adoptable.length - adopted,
    keepTheirs: options.keepTheirs === true,
    dryRun: options.dryRun === true,
  };
}
