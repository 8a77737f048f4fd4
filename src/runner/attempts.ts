/**
 * Tries one atomic unit again until it succeeds, fails for good, or the budget is used up.
 *
 * T1. The cap never grows; there is no last try without it. At the end of the budget the run fails
 *     with exit 75 and names the blockers.
 * T2. Retried is the unit that was rolled back as a whole, never a statement inside it.
 * T3. Before each attempt the observer looks, at most ten times a second: while a transaction older
 *     than the cap holds a conflicting lock, we wait without queueing.
 * T4. Nobody in the way is cancelled, unless the configuration says so (end-blockers.ts), and then
 *     only who is still there at a second look.
 */
import { classify } from "../failures/classify.ts";
import { Failure, type SourceLocation } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { BatchError } from "../postgres/batch.ts";
import type { SessionInfo } from "./events.ts";
import type { LockedRun } from "./locked-run.ts";
import { describeSession } from "./observer.ts";
import type { PreparedLock } from "./prepare.ts";
import { elapsedMs, jittered } from "./run-context.ts";
import { observerName, observingName, waitingName } from "./session-names.ts";
import { StallGuard } from "./stall-guard.ts";

export interface Unit {
  readonly migration: string;
  readonly wanted: readonly PreparedLock[];
  readonly capMs: number;
  /** The statement that needs the locks, for the failure at the end of the budget. */
  readonly at?: () => SourceLocation | undefined;
  /** Blockers seen ahead of time, while the unit before this one ran. */
  readonly lookedAhead?: Promise<readonly SessionInfo[]>;
}

const LOOK_INTERVAL_MS = 100;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
const AUTOVACUUM = "autovacuum worker";
/** Conflicts that are over by themselves; the number keeps a permanent one from looping. */
const FEW = 5;
/** A cancel of ours is delivered by a signal and may arrive at the message after. */
const LATE_CANCEL_MS = 1000;

export interface Attempt {
  /** 1 for the first. */
  readonly tries: number;
  /** An autovacuum works on one of the relations: it yields to a patient waiter only. */
  readonly autovacuum: boolean;
}

export interface Verdict {
  readonly class: FailureClassId;
  readonly retry: "budget" | "few" | "never";
}

/** Pure: what an error of an attempt means. */
export function judge(error: unknown, cancelledByUs: boolean): Verdict {
  // A statement_timeout has the same SQLSTATE as our cancel and is never ours.
  const id = classify(error, { steppedBack: cancelledByUs });
  if (id === "op.stepped_back") return { class: id, retry: "budget" };
  if (id === "ddl.lock_timeout") return { class: id, retry: "budget" };
  if (
    id === "deadlock" ||
    id === "serialization" ||
    id === "catalog.race" ||
    id === "object.in_use"
  ) {
    return { class: id, retry: "few" };
  }
  return { class: id, retry: "never" };
}

/** Grows with the number of tries, so that a lock that is never free costs little; jittered. */
export function pauseAfter(tries: number): number {
  return jittered(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)));
}

/**
 * `attempt` runs the unit once. It throws what the server said; a lost connection is thrown on, for
 * the state machine to start again from the top.
 */
export async function withAttempts<T>(
  run: LockedRun,
  unit: Unit,
  attempt: (about: Attempt) => Promise<T>,
): Promise<T> {
  try {
    return await tryUntilDone(run, unit, attempt);
  } finally {
    unannounce(run);
  }
}

async function tryUntilDone<T>(
  run: LockedRun,
  unit: Unit,
  attempt: (about: Attempt) => Promise<T>,
): Promise<T> {
  const { ctx, observer, waits } = run;
  const announce = (tries: number): void => {
    const pids = blockers.map(({ pid }) => pid);
    observer?.announce(waitingName(ctx.runId, { pids, attempt: tries, migration: unit.migration }));
  };
  const began = performance.now();
  let few = 0;
  let lastReport = -Infinity;
  let blockers: readonly SessionInfo[] = [];
  let look = unit.lookedAhead;
  let waitedOnce = false;

  for (let tries = 1; ; tries += 1) {
    let autovacuum = false;
    // T3: wait without queueing.
    for (;;) {
      ctx.checkSignal();
      const all = await (look ?? observer?.blockers(unit.wanted, unit.capMs) ?? []);
      look = undefined;
      const seen = all.filter(({ backendType }) => backendType !== AUTOVACUUM);
      autovacuum = seen.length < all.length;
      if (seen.length === 0) break;
      blockers = seen;
      const waited = elapsedMs(began);
      if (waited > ctx.settings.budgetMs) throw exhausted(unit, tries - 1, waited, blockers);
      if (performance.now() - lastReport > 1000) {
        lastReport = performance.now();
        ctx.emit({
          event: "blocked",
          migration: unit.migration,
          attempt: tries,
          elapsedMs: waited,
          budgetMs: ctx.settings.budgetMs,
          blockers,
        });
        announce(tries);
      }
      // T4: only who is still there after we have waited.
      if (waitedOnce) await run.blockers?.consider(unit.migration, seen, unit);
      await ctx.pause(LOOK_INTERVAL_MS);
      waitedOnce = true;
    }

    const guard = startGuard(run, unit.capMs, true, unit.migration);
    try {
      return await attempt({ tries, autovacuum });
    } catch (error) {
      await guard?.end();
      const cause = error instanceof BatchError ? error.cause : error;
      if (run.session.lost || cause instanceof Failure) throw error;
      const ours =
        guard?.steppedBack !== undefined || performance.now() - waits.cancelledAt < LATE_CANCEL_MS;
      const verdict = judge(cause, ours);
      if (verdict.retry === "never") throw error;
      if (verdict.retry === "few" && (few += 1) >= FEW) throw error;
      ctx.checkSignal();
      if (guard?.steppedBack) {
        ctx.emit({ event: "stepped-back", migration: unit.migration, ...guard.steppedBack });
      }
      const now = (await observer?.blockers(unit.wanted, 0)) ?? [];
      if (now.length > 0) blockers = now;
      const waited = elapsedMs(began);
      const pauseMs = pauseAfter(tries);
      if (waited + pauseMs > ctx.settings.budgetMs) {
        throw exhausted(unit, tries, waited, blockers, guard?.steppedBack);
      }
      ctx.emit({
        event: "retrying",
        migration: unit.migration,
        attempt: tries,
        pauseMs: Math.round(pauseMs),
        reason: reasonOf(verdict.class, blockers),
        class: verdict.class,
      });
      announce(tries);
      await ctx.pause(pauseMs);
    } finally {
      await guard?.end();
    }
  }
}

/** Watches over what the work session is about to do; undefined without an observer. */
export function startGuard(
  run: LockedRun,
  capMs: number,
  cancel: boolean,
  migration: string,
): StallGuard | undefined {
  const { ctx, observer, session, pid, waits } = run;
  if (!observer) return undefined;
  return new StallGuard({
    observer,
    pid,
    capMs,
    waits,
    cancel,
    onLong: () => observer.announce(observingName(ctx.runId, migration)),
    onSilence(error) {
      session.destroy(error);
      observer.session.destroy(error);
    },
  });
}

/** The file is over, or what follows says what it is itself. */
export function unannounce({ ctx, observer }: LockedRun): void {
  observer?.unannounce(observerName(ctx.applicationName));
}

function reasonOf(id: FailureClassId, blockers: readonly SessionInfo[]): string {
  const who = blockers.length > 0 ? `: ${blockers.map(describeSession).join("; ")}` : "";
  switch (id) {
    case "op.stepped_back":
      return "others waited behind us";
    case "ddl.lock_timeout":
      return `a lock was not free within the cap${who}`;
    case "deadlock":
      return "a deadlock was broken at our expense";
    default:
      return id;
  }
}

function exhausted(
  unit: Unit,
  tries: number,
  waitedMs: number,
  blockers: readonly SessionInfo[],
  steppedBack?: { readonly victims: number },
): Failure {
  const location = unit.at?.();
  const seconds = (waitedMs / 1000).toFixed(1);
  const what = steppedBack
    ? `\`${unit.migration}\` stepped back each time because others waited behind it for ${unit.capMs} ms (${tries} attempts in ${seconds} s).`
    : `\`${unit.migration}\` did not get its locks within ${unit.capMs} ms at a time (${tries} attempts in ${seconds} s).`;
  return new Failure({
    class: steppedBack ? "op.stepped_back" : "ddl.lock_timeout",
    what,
    migration: unit.migration,
    ...(location && { location }),
    action:
      blockers.length > 0
        ? `End the blockers, for example \`select pg_terminate_backend(${blockers[0]!.pid})\`, and run the same command again.`
        : "Run the same command again at a quieter time.",
    notes: blockers.map((blocker) => `Blocked by ${describeSession(blocker)}.`),
  });
}
