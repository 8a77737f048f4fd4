/**
 * `up` and `down`: the state machine. One turn of it is: connect, read the history, decide, lock,
 * read again, execute. Whatever breaks the connection starts the next turn from the top; nothing
 * is ever continued on another session.
 *
 * This file is all that a start with nothing pending needs: the parser, the executors and the rest
 * are loaded by the first turn that has something to do.
 */
import { classify } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { HISTORY_LAYOUT } from "../history/tables.ts";
import { NO_HISTORY, parseHistory, readHistory, type History } from "../history/read.ts";
import type { Migration } from "../migrations/migration.ts";
import { BatchError } from "../postgres/batch.ts";
import { versionName } from "../postgres/server-facts.ts";
import type { Session } from "../postgres/session.ts";
import type { RunnerOptions, Selection } from "./options.ts";
import { openSession } from "./open-session.ts";
import { reconcile, refuseProblems } from "./reconcile.ts";
import type { RunResult } from "./results.ts";
import { createContext, elapsedMs, interruption, jittered, type RunContext } from "./run-context.ts";
import { select, type Selected } from "./selection.ts";
import type { Turn, TurnOutcome } from "./turn.ts";

export async function migrate(
  direction: "up" | "down",
  options: RunnerOptions,
  selection: Selection,
): Promise<RunResult> {
  const ctx = createContext(direction, options);
  const machine = new Machine(ctx, direction, selection);
  try {
    const result = await machine.run();
    ctx.emit({ event: "run-finished", ...result, outcome: result.outcome });
    return result;
  } catch (error) {
    const failure = machine.asFailure(error);
    if (!(failure instanceof Failure)) throw failure;
    ctx.emit({
      event: "run-finished",
      outcome: ctx.signal.aborted ? "interrupted" : "failed",
      applied: machine.applied,
      remaining: machine.remaining,
      durationMs: elapsedMs(ctx.startedAt),
      longestWaitMs: Math.round(machine.waits.longestMs),
      failure: failure.toJSON(),
    });
    throw failure;
  }
}

/** A connection that breaks this often without anything getting done is not a passing trouble. */
const MOST_RESTARTS = 20;

const RESTART: ReadonlySet<FailureClassId> = new Set<FailureClassId>([
  "conn.lost",
  "conn.terminated",
  "conn.refused",
  "conn.slots",
  "idle_kill",
  "commit.ambiguous",
  "runner.lock_busy",
  "runner.moved",
]);

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

  constructor(ctx: RunContext, direction: "up" | "down", selection: Selection) {
    this.#ctx = ctx;
    this.#direction = direction;
    this.#selection = selection;
  }

  async run(): Promise<RunResult> {
    const ctx = this.#ctx;
    const migrations = await ctx.options.source();
    const waitingSince = performance.now();
    let restarts = 0;
    let polls = 0;
    for (;;) {
      ctx.checkSignal();
      const before = this.applied.length;
      let outcome: TurnOutcome;
      try {
        outcome = await this.#oneTurn(migrations, waitingSince);
      } catch (error) {
        const id = error instanceof Failure ? error.class : classify(rootCause(error));
        const again = RESTART.has(id) && !(error instanceof Failure && error.exit === "configuration");
        if (this.applied.length > before) restarts = 0;
        if (!again || ctx.signal.aborted || (restarts += 1) > MOST_RESTARTS) throw error;
        ctx.emit({
          event: "waiting-for-connection",
          reason: error instanceof Error ? error.message : String(error),
          elapsedMs: elapsedMs(ctx.startedAt),
        });
        await ctx.pause(jittered(Math.min(2000, 50 * 2 ** restarts)));
        continue;
      }
      if (outcome.kind === "done") return this.#result();
      // Somebody else is at work; what they do may leave nothing for us.
      if (elapsedMs(waitingSince) > ctx.settings.lockWaitMs) throw outcome.failure;
      polls += 1;
      await ctx.pause(jittered(Math.min(1000, 150 * polls)));
    }
  }

  async #oneTurn(migrations: readonly Migration[], waitingSince: number): Promise<TurnOutcome> {
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
      const work = this.#decide(migrations, history);
      if (work.length === 0 && !ctx.settings.strict) return { kind: "done" };
      if (this.#turn === undefined) {
        const { Turn } = await import("./turn.ts");
        this.#turn = new Turn({
          ctx,
          direction: this.#direction,
          waits: this.waits,
          applied: this.applied,
        });
      }
      const decide = (later: History): readonly Migration[] => this.#decide(migrations, later);
      return await this.#turn.take(open, work, decide, waitingSince);
    } finally {
      await session.close();
    }
  }

  /** What is still to be done, given the history as it is now. */
  #decide(migrations: readonly Migration[], history: History): readonly Migration[] {
    const ctx = this.#ctx;
    const reconciliation = reconcile(migrations, history, ctx.settings);
    this.#claim(history);
    if (this.#direction === "up") refuseProblems(reconciliation.problems);
    this.#goal ??= select(this.#direction, migrations, reconciliation, this.#selection);
    this.#pending = {
      count: this.#direction === "up" ? reconciliation.pending.length : reconciliation.applied.length,
      appliedThen: this.applied.length,
    };
    return this.#goal.remaining(reconciliation);
  }

  /** Migrations that are still pending (up) or still applied (down), whatever the selection. */
  get remaining(): number {
    return Math.max(0, this.#pending.count - (this.applied.length - this.#pending.appliedThen));
  }

  /**
   * After an ambiguous end: a history row with our run id was written by us, even if the answer to
   * its COMMIT never arrived.
   */
  #claim(history: History): void {
    if (this.#direction !== "up") return;
    for (const row of history.rows) {
      if (row.runId !== this.#ctx.runId || row.kind === "baseline") continue;
      const id = this.#goal?.idOf(row);
      if (id === undefined || this.applied.includes(id)) continue;
      this.applied.push(id);
      this.#ctx.emit({ event: "migration-applied", migration: id, durationMs: 0, direction: "up" });
    }
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

  asFailure(error: unknown): unknown {
    if (this.#ctx.signal.aborted) return interruption(this.#ctx.signal);
    const explained = (error as { explained?: unknown } | null)?.explained;
    if (explained instanceof Failure) return explained;
    if (error instanceof Failure) return error;
    const id = classify(rootCause(error));
    if (id === "unknown" || id === "bug") return error;
    return new Failure({
      class: id,
      what: `${this.#ctx.options.target.display}: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    });
  }
}

export function rootCause(error: unknown): unknown {
  return error instanceof BatchError ? error.cause : error;
}

/** A database without history is simply one where nothing is applied. */
export async function loadHistory(
  ctx: RunContext,
  session: Session,
  exists: boolean,
): Promise<History> {
  if (!exists) return NO_HISTORY;
  const [row] = await session.query(readHistory(ctx.names));
  const history = parseHistory(row);
  if (history.layout > HISTORY_LAYOUT) {
    throw new Failure({
      class: "history.newer",
      what: `The history in \`${ctx.names.display}\` has layout ${history.layout}; this version of Lockstep knows ${HISTORY_LAYOUT}.`,
    });
  }
  return history;
}
