/**
 * `up` and `down`: the state machine. One turn of it is: connect, read the history, decide, lock,
 * read again, execute. Whatever breaks the connection starts the next turn from the top; nothing
 * is ever continued on another session.
 *
 * This file is all that a start with nothing pending needs: the parser, the executors and the rest
 * are loaded by the first turn that has something to do.
 */
import { Failure } from "../failures/failure.ts";
import { NO_HISTORY, parseKnownHistory, readHistory, type History } from "../history/read.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import { phaseOf } from "../migrations/phase.ts";
import { versionName } from "../postgres/server-facts.ts";
import type { Session } from "../postgres/session.ts";
import { asFailure } from "./as-failure.ts";
import { highestApplied } from "./highest-applied.ts";
import type { RunnerOptions, Selection } from "./options.ts";
import { openSession } from "./open-session.ts";
import { policyOf, reconcile, refuseProblems } from "./reconcile.ts";
import type { RunResult } from "./results.ts";
import { createContext, elapsedMs, type RunContext } from "./run-context.ts";
import { select, type Selected } from "./selection.ts";
import { repeatTurns, type TurnOutcome } from "./turn-loop.ts";
import type { Turn } from "./turn.ts";

export async function migrate(
  direction: "up" | "down",
  options: RunnerOptions,
  selection: Selection,
): Promise<RunResult> {
  const ctx = createContext(direction, options);
  const machine = new Machine(ctx, direction, selection);
  try {
    const result = await machine.run();
    ctx.emit({
      event: "run-finished",
      ...result,
      ...machine.deferred,
      ...machine.current,
      outcome: result.outcome,
    });
    return result;
  } catch (error) {
    const failure = asFailure(ctx, error);
    if (!(failure instanceof Failure)) throw failure;
    if (ctx.signal.aborted) {
      ctx.emit({ event: "interrupted", signal: String(ctx.signal.reason) });
    }
    ctx.emit({
      event: "run-finished",
      outcome: ctx.signal.aborted ? "interrupted" : "failed",
      applied: machine.applied,
      remaining: machine.remaining,
      durationMs: elapsedMs(ctx.startedAt),
      longestWaitMs: Math.round(machine.waits.longestMs),
      ...machine.deferred,
      ...machine.current,
      failure: failure.toJSON(),
    });
    throw failure;
  }
}

class Machine {
  readonly applied: string[] = [];
  readonly waits = { longestMs: 0, cancelledAt: -Infinity };
  /** What was pending at the last look at the history, and how much of it was applied since. */
  #pending = { count: 0, appliedThen: 0 };
  readonly #ctx: RunContext;
  readonly #direction: "up" | "down";
  readonly #selection: Selection;
  /** What this run set out to do, decided once; later turns only leave out what is done. */
  #goal: Selected | undefined;
  #turn: Turn | undefined;
  #announced = false;
  /** Pending at the last look, and not this run's business: its phase leaves them for later. */
  #deferred = 0;
  /** The highest applied version of the files that were given, by those applied now. */
  #highest: (() => string | null) | undefined;
  /** Applied by us according to the history, and not announced yet. */
  #claims: string[] = [];

  constructor(ctx: RunContext, direction: "up" | "down", selection: Selection) {
    this.#ctx = ctx;
    this.#direction = direction;
    this.#selection = selection;
  }

  async run(): Promise<RunResult> {
    const ctx = this.#ctx;
    const set = await ctx.options.source();
    for (const note of set.notes ?? []) ctx.warn("folder", note);
    await repeatTurns(
      ctx,
      () => this.applied.length,
      (waitingSince) => this.#oneTurn(set, waitingSince),
    );
    return this.#result();
  }

  async #oneTurn(set: MigrationSet, waitingSince: number): Promise<TurnOutcome> {
    const ctx = this.#ctx;
    const open = await openSession(ctx);
    const { session, facts } = open;
    try {
      if (!this.#announced) {
        this.#announced = true;
        ctx.emit({
          event: "run-started",
          command: this.#direction,
          database: facts.database,
          server: versionName(facts.version),
          connection: facts.proxied ? "pooled" : "direct",
          toolVersion: ctx.toolVersion,
        });
      }
      const history = await loadHistory(ctx, session, facts.historyExists);
      const work = this.#decide(set, history);
      if (work.length === 0 && !ctx.settings.strict) {
        this.#announceClaims();
        // Its last COMMIT was ambiguous, so the run's row is still open.
        if (this.applied.length > 0) await closeRow(ctx, session, this.applied.length);
        return { kind: "done" };
      }
      if (this.#turn === undefined) {
        const { Turn } = await import("./turn.ts");
        this.#turn = new Turn({
          ctx,
          direction: this.#direction,
          set,
          waits: this.waits,
          applied: this.applied,
          onFlushed: () => this.#announceClaims(),
        });
      }
      const decide = (later: History): readonly Migration[] => this.#decide(set, later);
      return await this.#turn.take(open, { work, history }, decide, waitingSince);
    } finally {
      await session.close();
    }
  }

  /** What is still to be done, given the history as it is now. */
  #decide(set: MigrationSet, history: History): readonly Migration[] {
    const ctx = this.#ctx;
    const reconciliation = reconcile(set.migrations, history, policyOf(ctx.settings, set));
    this.#claim(history);
    if (this.#direction === "up") refuseProblems(reconciliation.problems);
    this.#goal ??= select(this.#direction, set, reconciliation, this.#selection);
    this.#highest = () => highestApplied(this.#direction, set, reconciliation, this.applied);
    this.#pending = {
      count:
        this.#direction === "up" ? reconciliation.pending.length : reconciliation.applied.length,
      appliedThen: this.applied.length,
    };
    if (this.#direction === "up" && this.#selection.phase === "expand") {
      this.#deferred = reconciliation.pending.filter(
        (one) => phaseOf(one).phase === "contract",
      ).length;
    }
    return this.#goal.remaining(reconciliation);
  }

  /** Migrations that are still pending (up) or still applied (down), whatever the selection. */
  get remaining(): number {
    return Math.max(0, this.#pending.count - (this.applied.length - this.#pending.appliedThen));
  }

  get deferred(): { readonly deferred?: number } {
    return this.#deferred === 0 ? {} : { deferred: this.#deferred };
  }

  /** For the last event; empty when this run did not come to read the history. */
  get current(): { readonly current?: string | null } {
    return this.#highest === undefined ? {} : { current: this.#highest() };
  }

  /**
   * After an ambiguous end: a history row with our run id was written by us, even if the answer to
   * its COMMIT never arrived. The COMMIT may have left its flush to a later one (flush-policy.ts).
   */
  #claim(history: History): void {
    this.#claims = [];
    if (this.#direction !== "up") return;
    for (const row of history.rows) {
      if (row.runId !== this.#ctx.runId || row.kind === "baseline") continue;
      const id = this.#goal?.idOf(row);
      if (id === undefined || this.applied.includes(id)) continue;
      this.#claims.push(id);
    }
  }

  /**
   * Called when a commit after those of the claims has flushed, or when nothing is left to do: the
   * last file of a run always flushes.
   */
  #announceClaims(): void {
    for (const id of this.#claims) {
      this.applied.push(id);
      this.#pending.appliedThen += 1;
      this.#ctx.emit({ event: "migration-applied", migration: id, durationMs: 0, direction: "up" });
    }
    this.#claims = [];
  }

  #result(): RunResult {
    return {
      runId: this.#ctx.runId,
      outcome: this.applied.length > 0 ? "applied" : "nothing-to-do",
      applied: this.applied,
      remaining: this.remaining,
      durationMs: elapsedMs(this.#ctx.startedAt),
      longestWaitMs: Math.round(this.waits.longestMs),
      warnings: this.#ctx.warnings,
    };
  }
}

/** For a run that finds nothing left to do after a lost connection. */
async function closeRow(ctx: RunContext, session: Session, applied: number): Promise<void> {
  await session.query(
    `update ${ctx.names.runs} set finished_at = pg_catalog.clock_timestamp(), outcome = 'applied', applied = $2
     where id = $1 and finished_at is null`,
    [ctx.runId, String(applied)],
  );
}

/** A database without history is simply one where nothing is applied. */
export async function loadHistory(
  ctx: RunContext,
  session: Session,
  exists: boolean,
): Promise<History> {
  if (!exists) return NO_HISTORY;
  const [row] = await session.query(readHistory(ctx.names));
  return parseKnownHistory(row, ctx.names);
}
