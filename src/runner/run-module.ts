/**
 * A migration written in TypeScript or JavaScript: the same lock, journal and history as SQL.
 *
 * M1. `transaction` true (default): everything in one transaction with the history row. Tried
 *     again as a whole, so `up` must not have effects outside of the database.
 * M2. `transaction = false`: writes happen inside `db.batch` only, each round commits together with
 *     its cursor, so a crash repeats nothing. Outside of it the session is read-only.
 * M3. A transaction ended or begun by hand, and a query whose promise nobody awaited, are errors.
 */
import { Failure } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { journalDone, journalStarted, type JournalKey } from "../history/write.ts";
import { loadModule } from "../migrations/load-module.ts";
import type {
  JsonValue,
  MigrationContext,
  MigrationModule,
  MigrationQueries,
  Row,
} from "../migrations/migration.ts";
import { BatchError } from "../postgres/batch.ts";
import { withAttempts } from "./attempts.ts";
import { closing, COMMIT, opening } from "./envelope.ts";
import { faultPoint } from "./fault-points.ts";
import type { LockedRun } from "./locked-run.ts";
import { noDown, type PreparedModule } from "./prepare.ts";
import { pooledRefusal } from "./run-statements.ts";
import { historyItems, runTransaction } from "./run-file.ts";
import { toFailure } from "./statement-failure.ts";

export async function runModule(run: LockedRun, prepared: PreparedModule): Promise<void> {
  const module = await loadModule(prepared.migration);
  if (prepared.direction === "down" && !module.down) throw noDown(prepared.migration);
  if (module.transaction === false) await runInBatches(run, prepared, module);
  else await runAsTransaction(run, prepared, module);
}

/** M1. */
async function runAsTransaction(
  run: LockedRun,
  prepared: PreparedModule,
  module: MigrationModule,
): Promise<void> {
  const { ctx, session } = run;
  const { capMs } = ctx.settings;
  await withAttempts(run, { migration: prepared.migration.id, wanted: [], capMs }, async () => {
    await session.batch(opening(run, {}));
    run.used = true;
    const queries = new Queries(run, prepared, "T");
    try {
      await entry(module, prepared)(
        contextFor(run, prepared, queries, () => {
          throw moduleFailure(
            prepared,
            "module.transaction",
            "`db.batch` commits by itself, but the module runs in one transaction.",
            "Export `transaction = false` from the module.",
          );
        }),
      );
      await queries.end();
    } catch (error) {
      await queries.settle();
      if (!session.lost) await session.query("rollback");
      throw unwrap(error, prepared);
    }
    const tag = prepared.direction === "up" ? "INSERT 0 1" : "DELETE 1";
    await finish(run, prepared, historyItems(run, prepared, prepared.migration.id), tag);
  });
}

/** M2. */
async function runInBatches(
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
  await session.query("set default_transaction_read_only = on");
  const queries = new Queries(run, prepared, "I");
  let ordinal = 0;
  try {
    await entry(module, prepared)(
      contextFor(run, prepared, queries, async (cursor, fn) => {
        ordinal += 1;
        await runBatch(run, prepared, ordinal, cursor, fn);
      }),
    );
    await queries.end();
  } catch (error) {
    await queries.settle();
    throw unwrap(error, prepared);
  }
  await session.query("set default_transaction_read_only = off");
  const records = historyItems(run, prepared, prepared.migration.id, true);
  faultPoint("before-record");
  const before = opening(run, {});
  await runTransaction(run, {
    items: [...before, ...closing(run, records)],
    recordTags: [prepared.direction === "up" ? "INSERT 0 1" : "DELETE 1"],
    recordCount: records.length,
    explain: (_index, cause) => unwrapFailure(cause, prepared),
  });
  faultPoint("after-record");
}

type BatchFunction = (cursor: JsonValue, db: MigrationQueries) => Promise<JsonValue | null>;

async function runBatch(
  run: LockedRun,
  prepared: PreparedModule,
  ordinal: number,
  first: JsonValue,
  fn: BatchFunction,
): Promise<void> {
  const { ctx, session } = run;
  const key: JournalKey = {
    migration: prepared.migration.id,
    direction: prepared.direction,
    ordinal,
  };
  const before = run.journal.find(
    (row) =>
      row.migration === key.migration && row.direction === key.direction && row.ordinal === ordinal,
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
  const step = { kind: "batch", checksum: prepared.migration.up.checksum, runId: ctx.runId };
  const { capMs } = ctx.settings;
  for (;;) {
    ctx.checkSignal();
    const next = await withAttempts(run, { migration: key.migration, wanted: [], capMs }, async () => {
      await session.batch(opening(run, { keepSession: true }));
      const queries = new Queries(run, prepared, "T");
      let result: JsonValue | null;
      try {
        result = await fn(cursor, queries);
        await queries.end();
        if (result === undefined) {
          throw moduleFailure(
            prepared,
            "module.invalid",
            "The function of `db.batch` returned undefined.",
            "Return the next cursor, or null at the end.",
          );
        }
      } catch (error) {
        await queries.settle();
        if (!session.lost) await session.query("rollback");
        throw unwrap(error, prepared);
      }
      const record =
        result === null
          ? journalDone(ctx.names, key, step)
          : startedWithCursor(run, key, step, result);
      await finish(run, prepared, [record], "INSERT 0 1", () => faultPoint("batch-sent"));
      return result;
    });
    faultPoint("batch-done");
    if (next === null) return;
    cursor = next;
  }
}

/** The journal row of a loop that goes on: `started`, with the cursor to go on from. */
function startedWithCursor(
  run: LockedRun,
  key: JournalKey,
  step: { kind: string; checksum: string; runId: string },
  cursor: JsonValue,
): ReturnType<typeof journalStarted> {
  const item = journalStarted(run.ctx.names, key, { ...step, detail: { cursor } });
  return { ...item, text: `${item.text}, detail = excluded.detail` };
}

/** Guards, records and COMMIT of a transaction whose body ran query by query. */
async function finish(
  run: LockedRun,
  prepared: PreparedModule,
  records: ReturnType<typeof historyItems>,
  tag: string,
  onSent?: () => void,
): Promise<void> {
  await runTransaction(run, {
    items: closing(run, records),
    recordTags: [tag],
    recordCount: records.length,
    explain: (_index, cause) => unwrapFailure(cause, prepared),
    ...(onSent && { onSent }),
  });
}

/** The queries that a module may send, and the watch over them (M3). */
class Queries implements MigrationQueries {
  readonly #run: LockedRun;
  readonly #prepared: PreparedModule;
  readonly #status: "T" | "I";
  readonly #pending = new Set<Promise<unknown>>();
  #ended = false;

  constructor(run: LockedRun, prepared: PreparedModule, status: "T" | "I") {
    this.#run = run;
    this.#prepared = prepared;
    this.#status = status;
  }

  readonly sql = <R extends Row = Row>(
    text: TemplateStringsArray,
    ...values: unknown[]
  ): Promise<R[]> =>
    this.query<R>(
      text.reduce((joined, part, i) => (i === 0 ? part : `${joined}$${i}${part}`), ""),
      values,
    );

  readonly query = <R extends Row = Row>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> => {
    if (this.#ended) {
      return Promise.reject(
        moduleFailure(
          this.#prepared,
          "module.not_awaited",
          "A query was sent after the migration function had returned.",
          "Await every promise inside the function.",
        ),
      );
    }
    const promise = this.#send<R>(text, values);
    this.#pending.add(promise);
    const settled = (): void => void this.#pending.delete(promise);
    promise.then(settled, settled);
    return promise;
  };

  async #send<R extends Row>(text: string, values: readonly unknown[]): Promise<R[]> {
    const { session } = this.#run;
    // BEGIN inside a transaction is only a warning to the server (25001).
    let begun = false;
    const { onNotice } = session;
    session.onNotice = (notice) => {
      begun ||= notice.code === "25001";
      onNotice?.(notice);
    };
    try {
      const { rows } = await session.queryTyped(text, values);
      if (begun || session.transactionStatus !== this.#status) {
        throw moduleFailure(
          this.#prepared,
          "module.transaction",
          "The module began or ended a transaction by hand.",
          "Leave BEGIN, COMMIT and ROLLBACK to Lockstep; use savepoints, or `db.batch`.",
        );
      }
      return rows as R[];
    } finally {
      session.onNotice = onNotice;
    }
  }

  /** The function returned: whatever is still in flight was not awaited. */
  async end(): Promise<void> {
    const forgotten = this.#pending.size;
    await this.settle();
    if (forgotten > 0) {
      throw moduleFailure(
        this.#prepared,
        "module.not_awaited",
        `${forgotten} ${forgotten === 1 ? "query was" : "queries were"} still running when the migration function returned.`,
        "Await every promise inside the function.",
      );
    }
  }

  async settle(): Promise<void> {
    this.#ended = true;
    await Promise.allSettled(this.#pending);
  }
}

function contextFor(
  run: LockedRun,
  prepared: PreparedModule,
  queries: Queries,
  batch: (cursor: JsonValue, fn: BatchFunction) => Promise<void>,
): MigrationContext {
  return {
    sql: queries.sql,
    query: queries.query,
    batch: (cursor, fn) => batch(cursor, fn as unknown as BatchFunction),
    log: (message) => run.ctx.emit({ event: "log", migration: prepared.migration.id, message }),
    signal: run.ctx.signal,
  };
}

function entry(
  module: MigrationModule,
  prepared: PreparedModule,
): (db: MigrationContext) => Promise<void> | void {
  return prepared.direction === "up" ? module.up : module.down!;
}

function moduleFailure(
  prepared: PreparedModule,
  id: FailureClassId,
  what: string,
  action: string,
): Failure {
  return new Failure({
    class: id,
    migration: prepared.migration.id,
    location: { file: prepared.file.path, line: 1, column: 1 },
    what: `\`${prepared.migration.id}\`: ${what}`,
    action,
  });
}

/** Errors of the server keep their cause, so that they can be judged and tried again. */
function unwrap(error: unknown, prepared: PreparedModule): unknown {
  if (error instanceof BatchError || error instanceof Failure) return error;
  const explained = unwrapFailure(error, prepared);
  return Object.assign(new BatchError(0, [], true, error), { explained });
}

function unwrapFailure(error: unknown, prepared: PreparedModule): Failure {
  const failure = toFailure(error, {
    migration: prepared.migration.id,
    file: prepared.file.path,
  });
  const outside = failure.class === "readonly" && prepared.mode === "module";
  return outside
    ? failure.with({
        class: "module.transaction",
        action: "Write inside `db.batch`; outside of it a module without a transaction only reads.",
      })
    : failure;
}
