/**
 * `lockstep watch`: follows a run from another terminal until it ends. It writes nothing and takes
 * no lock.
 *
 * W1. One connection, one query a second (watch-query.ts), in a transaction of its own that ends
 *     with it: an index build must not wait for its watcher's snapshot. On a direct connection it
 *     listens as well, so that the end of a run is seen at once.
 * W2. A server that goes away is waited for: the run, if it survives that, connects again too.
 * W3. A run that says `running` while none of its sessions is connected was killed, or connects
 *     again in a moment; it is given GONE_MS.
 */
import { classify, serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import { historyIsThere } from "../postgres/server-facts.ts";
import type { Session } from "../postgres/session.ts";
import { asFailure, rootCause } from "../runner/as-failure.ts";
import type { RunEvent } from "../runner/events.ts";
import { openSession, PASSING } from "../runner/open-session.ts";
import type { RunnerOptions } from "../runner/options.ts";
import { createContext, type RunContext } from "../runner/run-context.ts";
import { noSuchRun } from "./explain.ts";
import { mayReadAudit, newMigrations, toState, watchQuery, type RawState } from "./watch-query.ts";
import type { WatchedMigration, WatchedRun, WatchState } from "./watch-state.ts";

export interface WatchOptions extends Omit<RunnerOptions, "onEvent"> {
  /** The beginning of an id; by default the run that is under way. */
  readonly runId?: string;
  /** Where none is under way, wait for one to begin. */
  readonly wait?: boolean;
  readonly onUpdate: (update: WatchUpdate) => void;
}

export type WatchUpdate =
  /** Which run is followed from now on. */
  | { readonly kind: "run"; readonly at: string; readonly run: WatchedRun }
  | { readonly kind: "state"; readonly state: WatchState }
  | { readonly kind: "migration"; readonly at: string; readonly migration: WatchedMigration }
  /** Nothing is under way, and one is waited for. */
  | { readonly kind: "waiting"; readonly at: string }
  /** The server does not answer. */
  | { readonly kind: "away"; readonly at: string; readonly reason: string }
  /** Said once: this role sees less than there is. */
  | { readonly kind: "hidden"; readonly at: string; readonly grant: string };

export interface WatchEnd {
  /** `nothing`: no run was under way, `state` has the last one if there was any. */
  readonly kind: "ended" | "killed" | "nothing";
  readonly state: WatchState | null;
}

const EVERY_MS = 1000;
const GONE_MS = 5000;
const RECONNECT_MS = 600_000;

export async function watch(options: WatchOptions): Promise<WatchEnd> {
  const onEvent = (event: RunEvent): void => {
    if (event.event === "waiting-for-connection") {
      options.onUpdate({ kind: "away", at: event.at, reason: event.reason });
    }
  };
  const ctx = createContext("watch", { ...options, onEvent });
  const eye = new Eye(ctx);
  try {
    return await follow(ctx, eye, options);
  } catch (error) {
    throw ctx.signal.aborted ? stopped(ctx.signal) : asFailure(ctx, error);
  } finally {
    await eye.close();
  }
}

async function follow(ctx: RunContext, eye: Eye, options: WatchOptions): Promise<WatchEnd> {
  const { onUpdate, runId } = options;
  let target = runId ?? "";
  let following = false;
  let before: string | undefined;
  let goneSince: number | undefined;
  let hiddenSaid = false;
  for (let looks = 0; ; looks += 1) {
    ctx.checkSignal();
    const raw = await eye.look(target, onUpdate);
    const state = raw && toState(raw);
    if (raw === undefined || state === undefined || state.run === null) {
      if (runId !== undefined) throw noSuchRun(runId, eye.database);
      if (!options.wait) return { kind: "nothing", state: state ?? null };
    } else {
      const underWay = raw.held === true || (state.activity !== "ended" && raw.names !== null);
      following ||= runId !== undefined || underWay || (looks > 0 && state.run.id !== before);
      before ??= state.run.id;
      // Somebody holds the lock whose row is not there yet.
      const begins = raw.held === false;
      if (!following && !begins && !options.wait) return { kind: "nothing", state };
    }
    if (following && raw && state?.run) {
      if (target !== state.run.id) onUpdate({ kind: "run", at: state.at, run: state.run });
      target = state.run.id;
      for (const migration of newMigrations(raw)) {
        onUpdate({ kind: "migration", at: state.at, migration });
      }
      eye.seen(raw);
      onUpdate({ kind: "state", state });
      if (state.hidden && !hiddenSaid) {
        hiddenSaid = true;
        const grant = `grant pg_read_all_stats to ${quoteIdent(eye.user)};`;
        onUpdate({ kind: "hidden", at: state.at, grant });
      }
      if (state.activity === "ended") return { kind: "ended", state };
      goneSince = state.activity === "gone" ? (goneSince ?? performance.now()) : undefined;
      // W3. Its lock has gone to another run, or nobody came back.
      const replaced = goneSince !== undefined && raw.held === false;
      if (replaced || performance.now() - (goneSince ?? Infinity) > GONE_MS) {
        return { kind: "killed", state };
      }
    } else if (looks === 0) {
      onUpdate({ kind: "waiting", at: state?.at ?? new Date().toISOString() });
    }
    await eye.pause();
  }
}

/** The connection that looks. */
class Eye {
  readonly #ctx: RunContext;
  #query: string | undefined;
  #session: Session | undefined;
  #historyExists = false;
  #lookedAt = -Infinity;
  #wake: (() => void) | undefined;
  #notified = false;
  #lastSeq = 0;
  #lastAudit = 0;
  user = "";
  database = "";

  constructor(ctx: RunContext) {
    this.#ctx = ctx;
    // A server that hangs must not make us deaf.
    const stop = (): void => {
      this.#session?.destroy(new Error("Told to stop watching"));
      this.#wake?.();
    };
    ctx.signal.addEventListener("abort", stop, { once: true });
  }

  /** Undefined while there is no history. */
  async look(
    target: string,
    onUpdate: (update: WatchUpdate) => void,
  ): Promise<RawState | undefined> {
    for (;;) {
      this.#lookedAt = performance.now();
      this.#notified = false;
      try {
        return await this.#ask(await this.#open(), target);
      } catch (error) {
        this.#ctx.checkSignal();
        const lost = this.#session === undefined || this.#session.lost !== undefined;
        const cause = rootCause(error);
        const { sqlstate } = serverError(cause) ?? {};
        if (!lost) await this.#session?.rollback();
        // Dropped while we looked.
        if (sqlstate === "42P01" || sqlstate === "3F000") {
          this.#historyExists = false;
          return undefined;
        }
        // Somebody has the history itself locked: the next look may come through.
        const busy = sqlstate === "55P03" || sqlstate === "57014";
        if (error instanceof Failure || (!lost && !busy)) throw error;
        if (lost && !PASSING.has(classify(cause))) throw error;
        if (lost) await this.close();
        onUpdate({ kind: "away", at: new Date().toISOString(), reason: messageOf(cause) });
        await this.pause();
      }
    }
  }

  async #open(): Promise<Session> {
    if (this.#session) return this.#session;
    const again = this.user !== "";
    const { session, facts } = await openSession(this.#ctx, again ? RECONNECT_MS : undefined);
    this.#session = session;
    if (facts.inRecovery) {
      throw new Failure({
        class: "readonly",
        what: `${this.#ctx.options.target.display} is a standby: the sessions of a run are seen on the primary only.`,
        state: "Nothing was changed.",
        action: "Give the address of the primary.",
        exit: "configuration",
      });
    }
    this.user = facts.user;
    this.database = facts.database;
    this.#historyExists = facts.historyExists;
    if (!facts.proxied) {
      session.onNotification = () => {
        this.#notified = true;
        this.#wake?.();
      };
      await session.query(`listen ${quoteIdent(this.#ctx.names.channel)}`);
    }
    return session;
  }

  async #ask(session: Session, target: string): Promise<RawState | undefined> {
    const { names, lock } = this.#ctx;
    if (!this.#historyExists) {
      const [there] = await session.query(`select ${historyIsThere(names)} as there`);
      this.#historyExists = there?.["there"] === "t";
      if (!this.#historyExists) return undefined;
    }
    if (this.#query === undefined) {
      const [may] = await session.query(`select ${mayReadAudit(names)} as audit`);
      this.#query = watchQuery(names, lock, may?.["audit"] === "t");
    }
    // W1. The settings end with the transaction: on a pooled connection others come after us.
    const results = await session.ownBatch([
      { text: "begin isolation level read committed read only" },
      { text: "set local statement_timeout = 5000" },
      { text: "set local lock_timeout = 1000" },
      { text: this.#query, values: [target, String(this.#lastSeq), String(this.#lastAudit)] },
      { text: "commit" },
    ]);
    return JSON.parse(results[3]?.rows[0]?.[0] ?? "null") as RawState;
  }

  /** What the next look need not bring again. */
  seen(raw: RawState): void {
    this.#lastSeq = raw.migrations?.at(-1)?.seq ?? this.#lastSeq;
    this.#lastAudit = raw.reverted?.at(-1)?.seq ?? this.#lastAudit;
  }

  /** Until a second has passed since the last look, or there is news. */
  async pause(): Promise<void> {
    const ms = this.#lookedAt + EVERY_MS - performance.now();
    if (ms > 0 && !this.#notified) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.#wake = undefined;
    }
    this.#ctx.checkSignal();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }
}

function stopped(signal: AbortSignal): Failure {
  const terminated = signal.reason === "SIGTERM";
  return new Failure({
    class: terminated ? "terminated" : "interrupted",
    what: `Watching was stopped by ${terminated ? "SIGTERM" : "SIGINT"}.`,
    state: "A run that was watched goes on.",
    action: "Nothing.",
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
