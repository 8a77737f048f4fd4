/**
 * The gate waits until a database has what this build needs: one connection at a time, no lock,
 * nothing written.
 *
 * W1. At most a second passes between two looks, with jitter, so that a hundred pods do not look at
 *     the same moment.
 * W2. On a direct connection the session is kept and listens, so that the end of a run is seen at
 *     once; but only while fewer than half of the server's connections are in use. Otherwise, and
 *     through a pooler, it goes between looks: waiting pods must not eat the slots that the migration
 *     itself needs. An idle session that listens has no snapshot, so no concurrent index build waits
 *     for it.
 * W3. A server that cannot be reached is waited for like a schema that is not there; what waiting
 *     does not help (a wrong password, no right to read) ends the gate at once.
 * W4. A server that says nothing keeps the gate neither past its time nor from a signal: a look takes
 *     LONGEST_LOOK_MS at most, and then goes through a new connection.
 */
import { classify } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import type { Session } from "../postgres/session.ts";
import { asFailure } from "../runner/as-failure.ts";
import { openSession, PASSING } from "../runner/open-session.ts";
import type { RunnerOptions } from "../runner/options.ts";
import { createContext, elapsedMs, jittered, type RunContext } from "../runner/run-context.ts";
import { inTime } from "./in-time.ts";
import { createLook, type Look } from "./look.ts";
import type { GateRules, GateState } from "./state.ts";
import { gateTimeout, tooOld } from "./verdict.ts";

export interface GateOptions extends RunnerOptions {
  readonly rules?: GateRules;
  /** How long to wait, in milliseconds; 0 looks once. */
  readonly timeoutMs: number;
  /** Called with every state that differs from the one before. */
  readonly onState?: (state: GateState) => void;
}

/** W1: the look itself takes its time, too, where it connects anew. */
const LONGEST_PAUSE_MS = 800;
const FIRST_PAUSE_MS = 250;
/** Between two attempts to connect: the slots of a full server are the migration's. */
const LONGEST_BACK_OFF_MS = 2000;
const LONGEST_LOOK_MS = 10_000;
/** For a look that begins when the time is over, or nearly: the only one of `--timeout 0`. */
const SHORTEST_LOOK_MS = 5000;

/**
 * What may go by itself: no connection, and what a role's own time-outs and a standby that replays do
 * to a query. A run that adds to an older history locks its tables for a moment.
 */
const PASSES: ReadonlySet<FailureClassId> = new Set<FailureClassId>([
  ...PASSING,
  "serialization",
  "ddl.lock_timeout",
  "ddl.statement_timeout",
  "idle_kill",
]);

/** Resolves when this build may start; rejects with gate.timeout, gate.too_old, or why it cannot look. */
export async function gate(options: GateOptions): Promise<GateState> {
  const ctx = createContext("gate", options);
  const began = performance.now();
  let waiter: Waiter | undefined;
  try {
    waiter = new Waiter(ctx, options, await options.source());
    let pause = FIRST_PAUSE_MS;
    let last: GateState | undefined;
    let said = "";
    const left = (): number => options.timeoutMs - elapsedMs(began);
    for (;;) {
      ctx.checkSignal();
      const looked = await waiter.look(left());
      if (looked.state) {
        last = looked.state;
        const words = JSON.stringify({ ...last, running: withoutClock(last) });
        if (words !== said) options.onState?.(last);
        said = words;
        if (last.tooOld !== undefined) throw tooOld(last.tooOld);
        if (last.ready) return last;
      }
      const { trouble } = looked;
      const waitedMs = elapsedMs(began);
      if (left() <= 0) throw gateTimeout({ state: last, waitedMs, trouble });
      if (trouble) {
        ctx.emit({ event: "waiting-for-connection", reason: trouble.what, elapsedMs: waitedMs });
      }
      await waiter.pause(Math.min(jittered(pause), Math.max(1, left())));
      pause = Math.min(trouble ? LONGEST_BACK_OFF_MS : LONGEST_PAUSE_MS, pause * 1.5);
    }
  } catch (error) {
    throw asFailure(ctx, error);
  } finally {
    await waiter?.leave();
  }
}

class Waiter {
  readonly #ctx: RunContext;
  readonly #look: Look;
  #kept: Session | undefined;
  /** No pooler is between. */
  #direct = false;
  #listens = false;
  /** Whether the history is there, as the start of the session has said; asked once. */
  #there: boolean | undefined;
  #wake: (() => void) | undefined;
  /** A notification came while nobody was waiting for one. */
  #notified = false;

  constructor(ctx: RunContext, options: GateOptions, set: MigrationSet) {
    this.#ctx = ctx;
    const { names, lock } = ctx;
    this.#look = createLook({ names, lock, set, rules: options.rules ?? {} });
    // A server that hangs must not make us deaf.
    const stop = (): void => this.#kept?.destroy(new Error("The gate was told to stop"));
    ctx.signal.addEventListener("abort", stop, { once: true });
  }

  async look(leftMs: number): Promise<{ state?: GateState; trouble?: Failure }> {
    try {
      const most = Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, leftMs));
      const session = this.#kept ?? (await this.#open(most));
      return { state: await inTime(this.#lookThrough(session), most, this.#ctx.signal) };
    } catch (error) {
      await this.leave();
      this.#ctx.checkSignal();
      const failure =
        error instanceof Failure
          ? error
          : new Failure({ class: classify(error), what: messageOf(error), cause: error });
      // W3.
      if (!PASSES.has(failure.class)) throw error;
      return { trouble: failure };
    }
  }

  async #lookThrough(session: Session): Promise<GateState> {
    this.#notified = false;
    const there = this.#there;
    this.#there = undefined;
    const state = await this.#look((text, values) => session.query(text, values), there);
    if (!state.ready && state.tooOld === undefined) await this.#keepOrLeave(session);
    return state;
  }

  /** One attempt: the pauses between them are the gate's own. */
  async #open(most: number): Promise<Session> {
    const opening = openSession(this.#ctx, 0);
    const { session, facts } = await inTime(opening, most, this.#ctx.signal).catch((error) => {
      void opening.then((late) => late.session.destroy()).catch(() => {});
      throw error;
    });
    this.#kept = session;
    this.#direct = !facts.proxied;
    this.#there = facts.historyExists;
    this.#listens = false;
    return session;
  }

  /** W2. Asked at each look: the others that wait may have come after us. */
  async #keepOrLeave(session: Session): Promise<void> {
    if (!this.#direct || !(await hasRoom(session))) return this.leave();
    if (this.#listens) return;
    session.onNotification = () => {
      this.#notified = true;
      this.#wake?.();
    };
    await session.query(`listen ${quoteIdent(this.#ctx.names.channel)}`);
    this.#listens = true;
    // Whatever was sent before we listened is seen by one more look, right away.
    this.#notified = true;
  }

  /** Sleeps, unless there is news. */
  async pause(ms: number): Promise<void> {
    if (this.#notified) return;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const timer = new AbortController();
    await Promise.race([woken, sleepUntil(ms, timer.signal, this.#ctx.signal)]);
    timer.abort();
    this.#wake = undefined;
    this.#ctx.checkSignal();
  }

  async leave(): Promise<void> {
    const session = this.#kept;
    this.#kept = undefined;
    await session?.close();
  }
}

async function hasRoom(session: Session): Promise<boolean> {
  const [row] = await session.query(
    `select (select count(*) from pg_catalog.pg_stat_activity a where a.datid is not null) * 2
       < pg_catalog.current_setting('max_connections')::pg_catalog.int8 as room`,
  );
  return row?.["room"] === "t";
}

function sleepUntil(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    for (const signal of signals) {
      if (signal.aborted) return end();
      signal.addEventListener("abort", end, { once: true });
    }
  });
}

/** The time that a run has taken so far is no news. */
function withoutClock({ running }: GateState): unknown {
  return running && { ...running, elapsedMs: null };
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
