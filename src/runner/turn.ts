/**
 * One turn with something to do: everything is prepared before the lock is tried, so that every
 * refusal comes before anything is touched; then lock, read again, recover, execute, record.
 */
import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import { loadModule } from "../migrations/load-module.ts";
import type { ReplicaWatch } from "./care/replica-watch.ts";
import { ContractGuard } from "./contract-guard.ts";
import { runFile, type FileOptions } from "./run-file.ts";
import { faultPoint } from "./fault-points.ts";
import { FlushPolicy } from "./flush-policy.ts";
import { LOOK_AHEAD_FILES, LookAhead, type Look } from "./look-ahead.ts";
import type { LockedRun } from "./locked-run.ts";
import { loadHistory } from "./migrate.ts";
import { holdLock, WaitReport, type Locked } from "./hold-lock.ts";
import type { OpenSession } from "./open-session.ts";
import { needOwnSession, refusePooled } from "./pooled-rules.ts";
import { noDown, Preparer, type Prepared } from "./prepare.ts";
import { refuseMissing } from "./requirements.ts";
import { repeatablesInOrder } from "./repeatables.ts";
import { elapsedMs, type RunContext } from "./run-context.ts";
import { runModule } from "./run-module.ts";
import { runOpaque } from "./run-opaque.ts";
import { runStatements } from "./run-statements.ts";
import type { WaitRecord } from "./stall-guard.ts";
import type { TurnOutcome } from "./turn-loop.ts";
import { underLock } from "./under-lock.ts";
import { recordBrokenTransaction, recordSettledFile } from "./whole-file-step.ts";
import { WindowGuard } from "./window-guard.ts";

export interface TurnOptions {
  readonly ctx: RunContext;
  readonly direction: "up" | "down";
  readonly waits: WaitRecord;
  readonly set: MigrationSet;
  /** Ids applied by this run so far; this turn adds to it. */
  readonly applied: string[];
  /** A commit has flushed, and with it all that this run committed in earlier turns. */
  onFlushed(): void;
}

interface Beginning {
  readonly looks: LookAhead;
  readonly first: Look | undefined;
  /** As it was under the lock, before the work. */
  readonly history: History;
  readonly replicas: ReplicaWatch | undefined;
}

type Decide = (history: History) => readonly Migration[];

export class Turn {
  readonly #options: TurnOptions;
  readonly #prepared = new Map<Migration, Prepared>();
  readonly #warned = new Set<string>();
  #preparer: Preparer | undefined;
  #report: WaitReport | undefined;
  readonly #guard: ContractGuard | undefined;
  readonly #windows: WindowGuard;

  constructor(options: TurnOptions) {
    this.#options = options;
    this.#windows = new WindowGuard(options.ctx);
    if (options.direction === "up") this.#guard = new ContractGuard(options.ctx, options.set);
  }

  async take(
    open: OpenSession,
    { work, history }: { readonly work: readonly Migration[]; readonly history: History },
    decide: Decide,
    waitingSince: number,
  ): Promise<TurnOutcome> {
    const { ctx } = this.#options;
    if (work.length > 0) this.#windows.check();
    const prepared = await this.#prepareAll(work, open);
    await refuseMissing(open.session, prepared);
    // A history of an older Lockstep gets its table of heartbeats under the lock first: without it
    // nobody could ever have one.
    if (this.#guard && history.current) {
      await this.#guard.check({ session: open.session, work, history, ownPids: [] });
    }
    // Only a proxied connection has to know; a module is not loaded for it otherwise.
    const needsSession = open.facts.proxied && (await needOwnSession(prepared));
    const report = (this.#report ??= new WaitReport(ctx));
    return holdLock(ctx, open, { needsSession, waitingSince, report }, async (acquired) => {
      if (acquired.connection === "pooled") await refusePooled(prepared);
      return this.#underLock(open, acquired, decide);
    });
  }

  #underLock(open: OpenSession, acquired: Locked, decide: Decide): Promise<TurnOutcome> {
    const { ctx, waits, applied, direction, onFlushed } = this.#options;
    let flush: FlushPolicy | undefined;
    return underLock(ctx, open, acquired, {
      waits,
      decide: (history) => {
        const work = decide(history);
        if (work.length === 0 && !ctx.settings.strict) {
          onFlushed();
          return undefined;
        }
        // The run may have waited for its turn since it was asked.
        if (work.length > 0) this.#windows.check();
        const order = this.#inOrder(work);
        const looks = new LookAhead(ctx, acquired.observer);
        // The first look travels with what is recorded before the work.
        const first = looks.forNext(order.slice(0, LOOK_AHEAD_FILES));
        return async (run) => {
          // The run's row has just been committed.
          onFlushed();
          if (work.length > 0) await this.#windows.begin(run, migrationIds(work));
          const ownPids = run.observer?.ownPids ?? [];
          const look = { session: run.session, work, history, ownPids };
          if (this.#guard) run.contracts = await this.#guard.check(look);
          await this.#mayEndBlockers(run);
          if (history.theirs) {
            const { openKeptHistory } = await import("./kept-history.ts");
            run.theirs = await openKeptHistory(run, history.theirs, this.#options.set, history);
          }
          if (ctx.settings.historyView && direction === "up") {
            const { makeHistoryView } = await import("./history-view.ts");
            await makeHistoryView(run, this.#options.set);
          }
          flush = new FlushPolicy(run, applied, direction);
          await this.#checkDrift(run, history);
          const replicas = await this.#watchReplicas(acquired.identity.systemIdentifier);
          try {
            await this.#execute(run, order, flush, { looks, first, history, replicas });
          } finally {
            await replicas?.close();
          }
        };
      },
      applied: () => applied.length + (flush?.unflushed ?? 0),
      onRecorded: () => flush?.flushed(),
    });
  }

  /** Only where the configuration names somebody who may be cancelled. */
  async #mayEndBlockers(run: LockedRun): Promise<void> {
    const { ctx, observer } = run;
    const rules = ctx.settings.care?.blockers?.cancel ?? [];
    if (rules.length === 0) return;
    if (observer === undefined) {
      if (this.#warned.has("blockers")) return;
      this.#warned.add("blockers");
      ctx.warn("blockers", "On a pooled connection blockers are neither seen nor cancelled.");
      return;
    }
    const { BlockerEnder } = await import("./end-blockers.ts");
    run.blockers = new BlockerEnder(ctx, observer, rules);
  }

  async #watchReplicas(identifier: string | null): Promise<ReplicaWatch | undefined> {
    const { ctx } = this.#options;
    const { replicas } = ctx.settings.care ?? {};
    if (replicas === undefined) return undefined;
    const { ReplicaWatch } = await import("./care/replica-watch.ts");
    return new ReplicaWatch(ctx, replicas, identifier);
  }

  /** Repeatables were put in their order while everything was prepared. */
  #inOrder(work: readonly Migration[]): readonly Prepared[] {
    const wanted = new Set(work);
    return [...this.#prepared].flatMap(([migration, prepared]) =>
      wanted.has(migration) ? [prepared] : [],
    );
  }

  async #execute(
    run: LockedRun,
    order: readonly Prepared[],
    flush: FlushPolicy,
    { looks, first, history, replicas }: Beginning,
  ): Promise<void> {
    const { ctx } = this.#options;
    const migrations = order.map(({ migration }) => migration.id);
    ctx.emit({ event: "plan", migrations, steps: order.length });
    let ahead = first;
    for (const [index, prepared] of order.entries()) {
      ctx.checkSignal();
      const { migration } = prepared;
      if (index > 0) await this.#checkAgain(run, migration, history);
      await replicas?.before(prepared);
      ctx.emit({ event: "migration-started", migration: migration.id, file: prepared.file.path });
      const began = performance.now();
      const asynchronousCommit = flush.mayDefer(prepared, order[index + 1]);
      if (prepared.mode === "none" || prepared.mode === "statement") {
        await runStatements(run, prepared);
      } else if (!(await recordSettledFile(run, prepared))) {
        const lookedAhead = ahead;
        ahead = looks.forNext(order.slice(index + 1, index + 1 + LOOK_AHEAD_FILES));
        await runWhole(run, prepared, {
          asynchronousCommit,
          ...(lookedAhead && { lookedAhead }),
        });
      }
      if (run.connection === "pooled") run.epoch = String(BigInt(run.epoch) + 1n);
      flush.committed(migration.id, elapsedMs(began), asynchronousCommit);
    }
  }

  /** Others went before it, and that may have taken its time. */
  async #checkAgain(run: LockedRun, migration: Migration, history: History): Promise<void> {
    if (!this.#guard || run.contracts?.has(migration) !== true) return;
    const ownPids = run.observer?.ownPids ?? [];
    const look = { session: run.session, work: [migration], history, ownPids };
    const found = await this.#guard.check(look).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      throw error.with({ state: "What stands before it is applied; it was not begun." });
    });
    for (const [one, step] of found) run.contracts.set(one, step);
  }

  async #checkDrift(run: LockedRun, history: History): Promise<void> {
    const { ctx } = run;
    if (history.fingerprint === null) return;
    if (run.schemaNow === history.fingerprint) return;
    // Without a lock of the session, what changed since the history was read may be a runner's work.
    if (
      run.connection === "pooled" &&
      (await loadHistory(ctx, run.session, true)).epoch !== history.epoch
    ) {
      throw new Failure({ class: "runner.moved", what: "Another runner went on in the meantime." });
    }
    const what =
      "The schema is not the one that the last run left: something changed it outside of migrations.";
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
      processExitsSoon: ctx.options.processExitsSoon,
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
    const { order, warnings } = await repeatablesInOrder(this.#preparer!, migrations);
    for (const message of warnings) ctx.warn("repeatable-cycle", message);
    for (const migration of order)
      this.#keep(migration, await this.#preparer!.prepare(migration, "up"));
  }

  #keep(migration: Migration, prepared: Prepared): void {
    this.#prepared.set(migration, prepared);
    for (const message of prepared.warnings) {
      this.#options.ctx.warn("file", message, migration.id);
    }
  }
}

function migrationIds(work: readonly Migration[]): readonly string[] {
  return work.map(({ id }) => id);
}

/** A file that is one transaction, or a module, which looks after its own. */
async function runWhole(
  run: LockedRun,
  prepared: Exclude<Prepared, { mode: "none" | "statement" }>,
  options: FileOptions,
): Promise<void> {
  try {
    if (prepared.mode === "module") return await runModule(run, prepared);
    if (prepared.mode === "opaque") return await runOpaque(run, prepared);
    faultPoint("before-file");
    await runFile(run, prepared, options);
    faultPoint("after-file");
  } catch (error) {
    if (error instanceof Failure && error.class === "tx.control" && !run.session.lost) {
      await recordBrokenTransaction(run, prepared);
    }
    throw error;
  }
}
