/**
 * Work under the run lock: takes it, does the work, and makes sure that an abort reaches whatever
 * runs on the server. The lock itself is let go by the work (under-lock.ts), because on a pooled
 * connection it ends with each transaction.
 */
import { Failure } from "../failures/failure.ts";
import { acquire, type Acquired } from "./acquire.ts";
import { describeSession } from "./observer.ts";
import type { OpenSession } from "./open-session.ts";
import { elapsedMs, interruption, type RunContext } from "./run-context.ts";
import type { TurnOutcome } from "./turn-loop.ts";

export type Locked = Extract<Acquired, { kind: "locked" }>;

export interface HoldOptions {
  /** Some step cannot run in a transaction; see acquire.ts. */
  readonly needsSession: boolean;
  readonly waitingSince: number;
  readonly report: WaitReport;
}

/** Well below the 30 s that orchestrators give a process between SIGTERM and SIGKILL. */
const STOP_GRACE_MS = 10_000;
const CANCEL_AGAIN_MS = 50;
/** Far above what a cancel needs to be noticed and answered. */
const CANCEL_HITS_MS = 500;

export async function holdLock(
  ctx: RunContext,
  open: OpenSession,
  options: HoldOptions,
  work: (acquired: Locked) => Promise<TurnOutcome>,
): Promise<TurnOutcome> {
  const { needsSession, waitingSince, report } = options;
  const acquired = await acquire(ctx, open, { needsSession });
  if (acquired.kind !== "locked") return report.busy(acquired, waitingSince);
  ctx.emit({
    event: "lock-acquired",
    key: String(ctx.lock.key),
    elapsedMs: elapsedMs(waitingSince),
  });

  const pid = open.facts.backendPid;
  const { observer } = acquired;
  let grace: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  let over = false;
  const leave = (): void => {
    if (!over) open.session.destroy(interruption(ctx.signal));
  };
  // The server forgets a cancel that arrives between two messages, and what was sent a moment ago may
  // not have begun. So it is repeated until one has hit; what is cleaned up and recorded behind that
  // must not be hit, too.
  const cancel = async (before: number): Promise<void> => {
    if (over || open.session.cancels > before) return;
    const found = await observer!.cancel(pid);
    const pause = found ? CANCEL_HITS_MS : CANCEL_AGAIN_MS;
    again = setTimeout(() => void cancel(before).catch(leave), pause);
  };
  const onAbort = (): void => {
    // Whatever runs is cancelled; without an observer the session goes, and the server notices.
    // The session goes too when a cancel does not lead to the end: it was missed, or nobody answers.
    if (observer) {
      cancel(open.session.cancels).catch(leave);
      grace = setTimeout(leave, STOP_GRACE_MS);
    } else leave();
  };
  ctx.signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(acquired);
  } finally {
    over = true;
    clearTimeout(again);
    clearTimeout(grace);
    ctx.signal.removeEventListener("abort", onAbort);
    await acquired.observer?.session.close();
  }
}

/** Says every few seconds who holds the lock, and how to end it. */
export class WaitReport {
  readonly #ctx: RunContext;
  #lastReport = -Infinity;

  constructor(ctx: RunContext) {
    this.#ctx = ctx;
  }

  busy(acquired: Exclude<Acquired, { kind: "locked" }>, waitingSince: number): TurnOutcome {
    const ctx = this.#ctx;
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
}
