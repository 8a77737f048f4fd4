/**
 * A module with `transaction = false`: a data loop in committed rounds.
 *
 * L1. Writes happen inside `db.batch` only; each round commits together with its cursor, so a
 *     crash repeats nothing. Outside of it the session is read-only.
 * L2. The migration is recorded only when every `db.batch` has ended well, whatever the module did
 *     with the promise.
 */
import type { JsonValue, MigrationModule } from "../migrations/migration.ts";
import { journalDone, journalStarted, type JournalKey } from "../history/write.ts";
import { withAttempts } from "./attempts.ts";
import { recordForced } from "./contract-guard.ts";
import { closing, COMMIT, opening } from "./envelope.ts";
import { faultPoint } from "./fault-points.ts";
import type { LockedRun } from "./locked-run.ts";
import { explainModuleError, moduleError, moduleFailure } from "./module-failure.ts";
import { Queries } from "./module-queries.ts";
import { pooledRefusal } from "./pooled-rules.ts";
import type { PreparedModule } from "./prepare.ts";
import { explainedBy, historyItems, runTransaction } from "./run-file.ts";
import { contextFor, entry, inTransaction, type BatchFunction } from "./module-transaction.ts";

export async function runInBatches(
  run: LockedRun,
  prepared: PreparedModule,
  module: MigrationModule,
): Promise<void> {
  const { session } = run;
  // Between its batches a module keeps no session state, but the read-only guard outside of them
  // is a session setting, which a pooler would hand to somebody else.
  if (run.connection === "pooled") throw pooledRefusal(prepared);
  await session.batch([...opening(run, {}), COMMIT]);
  run.used = true;
  await recordForced(run, prepared);
  await session.query("set default_transaction_read_only = on");
  const queries = new Queries(run, prepared, "I");
  const loops = new Loops(run, prepared, queries);
  try {
    await entry(module, prepared)(contextFor(run, prepared, queries, loops.start));
    await loops.end();
    await queries.end();
  } catch (error) {
    await loops.stop();
    await queries.settle();
    throw loops.withProgress(moduleError(run, error, prepared));
  }
  await session.query("set default_transaction_read_only = off");
  const records = historyItems(run, prepared, { journaled: true });
  faultPoint("before-record");
  await runTransaction(run, {
    items: [...opening(run, {}), ...closing(run, records)],
    recordTags: [prepared.direction === "up" ? "INSERT 0 1" : "DELETE 1"],
    recordCount: records.length,
    explain: (_index, cause) => explainModuleError(cause, prepared),
  });
  faultPoint("after-record");
}

/** The calls of `db.batch` of one module, numbered in the order in which they are made. */
class Loops {
  readonly #run: LockedRun;
  readonly #prepared: PreparedModule;
  readonly #outer: Queries;
  readonly #all: Promise<void>[] = [];
  #running = 0;
  #stopped = false;
  #committed: boolean;

  constructor(run: LockedRun, prepared: PreparedModule, outer: Queries) {
    this.#run = run;
    this.#prepared = prepared;
    this.#outer = outer;
    const { migration, direction } = prepared;
    this.#committed = run.journal.some(
      (row) => row.migration === migration.id && row.direction === direction,
    );
  }

  readonly start = (cursor: JsonValue, fn: BatchFunction): Promise<void> => {
    const loop = this.#loop(this.#all.length + 1, cursor, fn);
    this.#all.push(loop);
    // Looked at in `end` or `stop`; until then it must not count as unhandled.
    loop.catch(() => undefined);
    return loop;
  };

  /** The function returned. L2. */
  async end(): Promise<void> {
    const forgotten = this.#running;
    if (forgotten > 0) {
      await this.stop();
      throw moduleFailure(
        this.#prepared,
        "module.not_awaited",
        "`db.batch` was still running when the migration function returned.",
        "Await `db.batch`.",
      );
    }
    await Promise.all(this.#all);
  }

  /** Lets the round that runs come to its end, and no other begin. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#all);
  }

  /** Committed rounds stay: the failure says so, and its exit code too. */
  withProgress(error: unknown): unknown {
    const failure = explainedBy(error);
    if (!failure || !this.#committed || this.#run.session.lost) return error;
    return failure.with({
      ...((failure.exit === "failed" || failure.exit === "invalid") && {
        exit: "partial" as const,
      }),
      state:
        "The rounds before the failed one are committed; the next run goes on from the last cursor.",
    });
  }

  async #loop(ordinal: number, first: JsonValue, fn: BatchFunction): Promise<void> {
    if (this.#running > 0) {
      throw moduleFailure(
        this.#prepared,
        "module.transaction",
        "A second `db.batch` was started while one was running.",
        "Await each `db.batch` before the next.",
      );
    }
    this.#running += 1;
    this.#outer.paused = true;
    try {
      await this.#rounds(ordinal, first, fn);
    } finally {
      this.#outer.paused = false;
      this.#running -= 1;
    }
  }

  async #rounds(ordinal: number, first: JsonValue, fn: BatchFunction): Promise<void> {
    const { ctx } = this.#run;
    const { migration, direction } = this.#prepared;
    const key: JournalKey = { migration: migration.id, direction, ordinal };
    const before = this.#run.journal.find(
      (row) =>
        row.migration === key.migration && row.direction === direction && row.ordinal === ordinal,
    );
    if (before?.state === "done") return;
    const saved = before?.detail as { cursor: JsonValue } | null | undefined;
    let cursor: JsonValue = first;
    if (saved) {
      cursor = saved.cursor;
      ctx.emit({
        event: "recovering",
        migration: key.migration,
        detail: `Batch ${ordinal} goes on from its last committed cursor ${JSON.stringify(cursor)}.`,
      });
    }
    while (!this.#stopped) {
      ctx.checkSignal();
      const next = await this.#round(key, cursor, fn);
      this.#committed = true;
      faultPoint("batch-done");
      if (next === null) return;
      cursor = next;
    }
  }

  async #round(key: JournalKey, cursor: JsonValue, fn: BatchFunction): Promise<JsonValue | null> {
    const run = this.#run;
    const prepared = this.#prepared;
    const { names, runId, settings } = run.ctx;
    const step = { kind: "batch", checksum: prepared.migration.up.checksum, runId };
    const unit = { migration: key.migration, wanted: [], capMs: settings.capMs };
    return withAttempts(run, unit, () =>
      inTransaction(run, prepared, {
        envelope: { keepSession: true },
        async body(queries) {
          const next: JsonValue | null | undefined = await fn(cursor, queries);
          if (next !== undefined) return next;
          throw moduleFailure(
            prepared,
            "module.invalid",
            "The function of `db.batch` returned undefined.",
            "Return the next cursor, or null at the end.",
          );
        },
        records: (next) => [
          next === null
            ? journalDone(names, key, step)
            : withCursor(journalStarted(names, key, { ...step, detail: { cursor: next } })),
        ],
        tag: "INSERT 0 1",
        onSent: () => faultPoint("batch-sent"),
      }),
    );
  }
}

/** The journal row of a loop that goes on: `started`, with the cursor to go on from. */
function withCursor(item: ReturnType<typeof journalStarted>): ReturnType<typeof journalStarted> {
  return { ...item, text: `${item.text}, detail = excluded.detail` };
}
