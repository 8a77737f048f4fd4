/**
 * One turn with something to do: everything is prepared before the lock is tried, so that every
 * refusal comes before anything is touched; then lock, read again, recover, execute, record.
 */
import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadModule } from "../migrations/load-module.ts";
import { orderRepeatables } from "../migrations/order.ts";
import { definesAndNeeds } from "../sql/names.ts";
import { unlock } from "../postgres/advisory-lock.ts";
import { acquire, type Acquired } from "./acquire.ts";
import { explainedBy, runFile } from "./run-file.ts";
import type { SessionInfo } from "./events.ts";
import { faultPoint } from "./fault-points.ts";
import { FlushPolicy } from "./flush-policy.ts";
import type { LockedRun } from "./locked-run.ts";
import { loadHistory } from "./migrate.ts";
import { describeSession } from "./observer.ts";
import type { OpenSession } from "./open-session.ts";
import { noDown, Preparer, type Prepared, type PreparedSql } from "./prepare.ts";
import { elapsedMs, interruption, type RunContext } from "./run-context.ts";
import { bootstrap, currentFingerprint, recordEnd, recordStart } from "./run-record.ts";
import { runModule } from "./run-module.ts";
import { runOpaque } from "./run-opaque.ts";
import { pooledRefusal, runStatements } from "./run-statements.ts";
import type { WaitRecord } from "./stall-guard.ts";

export type TurnOutcome =
  | { readonly kind: "done" }
  /** The lock was not free; the failure to report if the time for waiting is over. */
  | { readonly kind: "busy"; readonly failure: Failure };

export interface TurnOptions {
  readonly ctx: RunContext;
  readonly direction: "up" | "down";
  readonly waits: WaitRecord;
  /** Ids applied by this run so far; this turn adds to it. */
  readonly applied: string[];
}

type Decide = (history: History) => readonly Migration[];

export class Turn {
  readonly #options: TurnOptions;
  readonly #prepared = new Map<Migration, Prepared>();
  readonly #warned = new Set<string>();
  #preparer: Preparer | undefined;
  #lastReport = -Infinity;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  async take(
    open: OpenSession,
    work: readonly Migration[],
    decide: Decide,
    waitingSince: number,
  ): Promise<TurnOutcome> {
    const { ctx } = this.#options;
    const prepared = await this.#prepareAll(work, open);
    const needsSession = prepared.some(needsOwnSession);
    const acquired = await acquire(ctx, open, { needsSession });
    if (acquired.kind !== "locked") return this.#busy(acquired, waitingSince);
    if (acquired.connection === "pooled") refusePooled(prepared);
    ctx.emit({ event: "lock-acquired", key: String(ctx.lock.key), elapsedMs: elapsedMs(waitingSince) });

    const pid = open.facts.backendPid;
    const onAbort = (): void => {
      // Whatever runs is cancelled; without an observer the session goes, and the server notices.
      if (acquired.observer) void acquired.observer.cancel(pid).catch(() => undefined);
      else open.session.destroy(interruption(ctx.signal));
    };
    ctx.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await this.#underLock(open, acquired, decide);
    } finally {
      ctx.signal.removeEventListener("abort", onAbort);
      await acquired.observer?.session.close();
    }
  }

  async #underLock(
    open: OpenSession,
    acquired: Extract<Acquired, { kind: "locked" }>,
    decide: Decide,
  ): Promise<TurnOutcome> {
    const { ctx, waits } = this.#options;
    const { session, facts } = open;
    const base = {
      ctx,
      connection: acquired.connection,
      session,
      pid: facts.backendPid,
      observer: acquired.observer,
      server: facts,
      waits,
      used: false,
    };
    // The history may have been created, and its schema too, since the first look.
    let history = await loadHistory(ctx, session, await historyExists(ctx, session, facts.historyExists));
    if (!history.exists) {
      await bootstrap(base, facts.schemaExists);
      history = { ...history, exists: true, epoch: "0" };
    }
    const work = decide(history);
    if (work.length === 0 && !ctx.settings.strict) {
      await this.#release(acquired, session);
      return { kind: "done" };
    }
    const epoch = await recordStart(ctx, session, {
      connection: acquired.connection,
      identity: acquired.identity,
      epoch: history.epoch,
    });
    const run: LockedRun = { ...base, epoch, journal: history.journal };
    let failure: Failure | undefined;
    const flush = new FlushPolicy(run, this.#options.applied, this.#options.direction);
    try {
      await this.#checkDrift(run, history);
      await this.#execute(run, work, flush);
    } catch (error) {
      if (session.lost) throw error;
      failure = ctx.signal.aborted ? interruption(ctx.signal) : explainedBy(error);
      if (!failure || failure.class === "runner.lock_busy" || failure.class === "runner.moved") throw error;
    }
    await recordEnd(run, {
      outcome: failure ? (ctx.signal.aborted ? "interrupted" : "failed") : "applied",
      applied: this.#options.applied.length,
      longestWaitMs: waits.longestMs,
      ...(failure && { failure }),
    });
    flush.flushed();
    await this.#release(acquired, session);
    if (failure) throw failure;
    return { kind: "done" };
  }

  async #execute(run: LockedRun, work: readonly Migration[], flush: FlushPolicy): Promise<void> {
    const { ctx } = this.#options;
    // Repeatables were put in their order while everything was prepared.
    const order = [...this.#prepared.keys()].filter((migration) => work.includes(migration));
    ctx.emit({ event: "plan", migrations: order.map(({ id }) => id), steps: order.length });
    let ahead: Promise<readonly SessionInfo[]> | undefined;
    for (const [index, migration] of order.entries()) {
      ctx.checkSignal();
      const prepared = this.#prepared.get(migration)!;
      const next = order[index + 1] && this.#prepared.get(order[index + 1]!);
      ctx.emit({ event: "migration-started", migration: migration.id, file: prepared.file.path });
      const began = performance.now();
      const asynchronousCommit = flush.mayDefer(prepared, next);
      if (prepared.mode === "file") {
        faultPoint("before-file");
        const lookedAhead = ahead;
        // The look for the next file travels while this one runs (T3 in attempts.ts).
        ahead = next && next.wanted.length > 0 ? lookAhead(run, next) : undefined;
        await runFile(run, prepared, {
          asynchronousCommit,
          ...(lookedAhead && { lookedAhead }),
        });
        faultPoint("after-file");
      } else if (prepared.mode === "module") await runModule(run, prepared);
      else if (prepared.mode === "opaque") await runOpaque(run, prepared);
      else await runStatements(run, prepared);
      if (run.connection === "pooled") run.epoch = String(BigInt(run.epoch) + 1n);
      flush.committed(migration.id, elapsedMs(began), asynchronousCommit);
    }
  }

  async #checkDrift(run: LockedRun, history: History): Promise<void> {
    const { ctx } = run;
    if (history.fingerprint === null) return;
    if ((await currentFingerprint(run)) === history.fingerprint) return;
    const what = "The schema is not the one that the last run left: something changed it outside of migrations.";
    if (ctx.settings.strict) throw new Failure({ class: "drift", what });
    if (this.#warned.has("drift")) return;
    this.#warned.add("drift");
    ctx.warn("drift", what);
  }

  /** Parses every file once; a refusal in any of them stops the run before it begins. */
  async #prepareAll(work: readonly Migration[], open: OpenSession): Promise<readonly Prepared[]> {
    const { ctx, direction } = this.#options;
    const { placeholders } = ctx.settings;
    this.#preparer ??= new Preparer({
      serverVersion: open.facts.version,
      ...(placeholders && { placeholders }),
    });
    const missing = work.filter((migration) => !this.#prepared.has(migration));
    if (missing.length > 0) {
      const versioned = missing.filter((migration) => migration.kind === "versioned");
      for (const migration of versioned) {
        const prepared = await this.#preparer.prepare(migration, direction);
        if (prepared.mode === "module" && direction === "down") {
          if (!(await loadModule(migration)).down) throw noDown(migration);
        }
        this.#keep(migration, prepared);
      }
      await this.#prepareRepeatables(missing.filter(({ kind }) => kind === "repeatable"));
    }
    return work.map((migration) => this.#prepared.get(migration)!);
  }

  async #prepareRepeatables(migrations: readonly Migration[]): Promise<void> {
    if (migrations.length === 0) return;
    const { ctx } = this.#options;
    const items = [];
    for (const migration of migrations) {
      const parsed = migration.language === "sql" ? await this.#preparer!.parse(migration.up) : undefined;
      items.push({
        migration,
        ...(parsed && !parsed.opaque ? definesAndNeeds(parsed) : { defines: [], needs: [] }),
      });
    }
    const { order, warnings } = orderRepeatables(items);
    for (const message of warnings) ctx.warn("repeatable-cycle", message);
    for (const migration of order) this.#keep(migration, await this.#preparer!.prepare(migration, "up"));
  }

  #keep(migration: Migration, prepared: Prepared): void {
    this.#prepared.set(migration, prepared);
    for (const message of prepared.warnings) {
      this.#options.ctx.warn("file", message, migration.id);
    }
  }

  #busy(acquired: Exclude<Acquired, { kind: "locked" }>, waitingSince: number): TurnOutcome {
    const { ctx } = this.#options;
    const holder = acquired.kind === "busy" ? acquired.holder : undefined;
    if (performance.now() - this.#lastReport > 5000) {
      this.#lastReport = performance.now();
      if (acquired.kind === "no-slot") {
        ctx.emit({
          event: "waiting-for-connection",
          reason: acquired.reason,
          elapsedMs: elapsedMs(waitingSince),
        });
      } else {
        ctx.emit({
          event: "waiting-for-lock",
          key: String(ctx.lock.key),
          classid: ctx.lock.classid,
          objid: ctx.lock.objid,
          elapsedMs: elapsedMs(waitingSince),
          ...(holder && { holder }),
        });
      }
    }
    return {
      kind: "busy",
      failure: new Failure({
        class: acquired.kind === "busy" ? "runner.lock_busy" : "conn.slots",
        what:
          acquired.kind === "busy"
            ? `Another runner held the lock (${ctx.lock.key}; in pg_locks classid ${ctx.lock.classid}, objid ${ctx.lock.objid}) for the whole of ${Math.round(elapsedMs(waitingSince) / 1000)} s.`
            : `No connection slot for the observer was free: ${acquired.reason}.`,
        ...(holder && {
          notes: [
            `Held by ${describeSession(holder)}.`,
            `To end it: select pg_terminate_backend(${holder.pid});`,
          ],
        }),
      }),
    };
  }

  async #release(acquired: Extract<Acquired, { kind: "locked" }>, session: Session): Promise<void> {
    const { ctx } = this.#options;
    if (acquired.connection === "pooled") return;
    const [row] = await session.query(unlock(ctx.lock));
    faultPoint("after-unlock");
    if (row?.["unlocked"] !== "t") {
      throw new Failure({
        class: "runner.lock_lost",
        what: "The run lock was not held any more when it was to be released.",
      });
    }
  }
}

type Session = OpenSession["session"];

async function historyExists(ctx: RunContext, session: Session, before: boolean): Promise<boolean> {
  if (before) return true;
  const [row] = await session.query("select pg_catalog.to_regclass($1) is not null as there", [
    ctx.names.state,
  ]);
  return row?.["there"] === "t";
}

/** A look ahead is worth only its freshness; an old or failed one is made again by the attempt. */
function lookAhead(run: LockedRun, next: Prepared): Promise<readonly SessionInfo[]> | undefined {
  const look = run.observer?.blockers(
    next.wanted,
    next.directives.lockTimeoutMs ?? run.ctx.settings.capMs,
  );
  return look?.catch(() => []);
}

function needsOwnSession(prepared: Prepared): boolean {
  return prepared.mode === "none" || prepared.mode === "statement" || prepared.mode === "module";
}

/** Before anything runs: on a transaction pooler some files cannot run at all. */
function refusePooled(prepared: readonly Prepared[]): void {
  for (const one of prepared) {
    if (one.mode === "none" || one.mode === "statement") throw pooledRefusal(one);
    if (one.mode === "file" && one.statements.some(({ keepsSetting }) => keepsSetting)) {
      throw pooledSetRefusal(one);
    }
  }
}

function pooledSetRefusal(prepared: PreparedSql): Failure {
  const statement = prepared.statements.find(({ keepsSetting }) => keepsSetting)!;
  return new Failure({
    class: "runner.pooled_refused",
    migration: prepared.migration.id,
    location: { file: prepared.file.path, line: statement.line, column: statement.column },
    what: `\`${statement.summary}\` would outlive the transaction on a pooled connection and reach the application.`,
    action: "Write SET LOCAL, or give a direct URL of the database.",
  });
}
