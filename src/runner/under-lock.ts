/**
 * The frame of everything that writes: the history is read again under the lock (and created where
 * it is missing), the run gets its row, the work is done, the row is closed, the lock is released.
 */
import { serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import { unlock } from "../postgres/advisory-lock.ts";
import { historyIsThere } from "../postgres/server-facts.ts";
import type { Session } from "../postgres/session.ts";
import { rootCause } from "./as-failure.ts";
import { faultPoint } from "./fault-points.ts";
import { grantAdvice } from "./grant-advice.ts";
import type { Locked } from "./hold-lock.ts";
import type { LockedRun } from "./locked-run.ts";
import { loadHistory } from "./migrate.ts";
import type { OpenSession } from "./open-session.ts";
import { interruption, type RunContext } from "./run-context.ts";
import { explainedBy } from "./run-file.ts";
import { bootstrap, recordEnd, recordPause, recordStart, upgradeHistory } from "./run-record.ts";
import type { WaitRecord } from "./stall-guard.ts";
import type { TurnOutcome } from "./turn-loop.ts";

export interface WorkUnderLock {
  readonly waits: WaitRecord;
  /** The work, given the history as it is under the lock; undefined when there is none. */
  decide(history: History): ((run: LockedRun) => Promise<void>) | undefined;
  /** How many migrations this run has applied so far. */
  applied(): number;
  /** The run's row is closed and flushed, and with it every commit before it. */
  onRecorded?(): void;
  /** False: this run says nothing about the schema, so a drift before it is still seen after it. */
  readonly fingerprint?: false;
}

export async function underLock(
  ctx: RunContext,
  open: OpenSession,
  acquired: Locked,
  options: WorkUnderLock,
): Promise<TurnOutcome> {
  const { session, facts } = open;
  const { waits } = options;
  const base = {
    ctx,
    connection: acquired.connection,
    session,
    pid: facts.backendPid,
    user: facts.user,
    observer: acquired.observer,
    eventTriggers: acquired.eventTriggers,
    server: facts,
    waits,
    used: false,
    recordParsed: false,
  };
  // The history may have been created, and its schema too, since the first look.
  let history =
    acquired.history ??
    (await loadHistory(ctx, session, await historyExists(ctx, session, facts.historyExists)));
  if (!history.exists) {
    await bootstrap(base, facts.schemaExists).catch((error: unknown) => {
      throw notAllowed(ctx, facts, error) ?? error;
    });
    history = { ...history, exists: true, epoch: "0" };
  } else if (!history.current) {
    await upgradeHistory(base).catch((error: unknown) => {
      throw notAllowed(ctx, facts, error) ?? error;
    });
    history = { ...history, current: true };
  }
  const work = options.decide(history);
  if (!work) {
    await release(ctx, acquired, session);
    return { kind: "done" };
  }
  const start = await recordStart(ctx, session, {
    connection: acquired.connection,
    identity: acquired.identity,
    epoch: history.epoch,
    fingerprint: history.fingerprint !== null,
  });
  const run: LockedRun = { ...base, ...start, journal: history.journal };
  ctx.emit({ event: "run-recorded", ...(start.previous && { previous: start.previous }) });
  let failure: Failure | undefined;
  try {
    await work(run);
  } catch (error) {
    if (session.lost) throw error;
    failure = ctx.signal.aborted ? interruption(ctx.signal) : explainedBy(error);
    if (!failure) throw error;
    if (failure.class === "runner.lock_busy" || failure.class === "runner.moved") {
      await recordPause(run, options.applied());
      throw error;
    }
  }
  const unlocked = await recordEnd(run, {
    outcome: failure ? (ctx.signal.aborted ? "interrupted" : "failed") : "applied",
    applied: options.applied(),
    longestWaitMs: waits.longestMs,
    ...(failure && { failure }),
    ...(options.fingerprint === false && { fingerprint: false }),
  });
  options.onRecorded?.();
  // A failure of the work is the one to report, also where the work itself gave the lock away.
  if (failure) throw failure;
  if (!unlocked) throw lockLost();
  return { kind: "done" };
}

/** The history cannot be written: the first thing that an ordinary role meets. */
function notAllowed(
  ctx: RunContext,
  facts: OpenSession["facts"],
  error: unknown,
): Failure | undefined {
  const server = serverError(rootCause(error));
  if (server?.sqlstate !== "42501") return undefined;
  const action = grantAdvice(server, facts.user);
  return new Failure({
    class: "permission",
    what: `The history \`${ctx.names.display}\` cannot be written: ${server.message}.`,
    state: "Nothing was changed.",
    ...(action !== undefined && { action }),
    server,
    cause: error,
  });
}

/** Nothing was to be done. */
async function release(ctx: RunContext, acquired: Locked, session: Session): Promise<void> {
  if (acquired.connection === "pooled") return;
  const [row] = await session.query(unlock(ctx.lock)).catch((error: unknown) => {
    // A cancel that came late: the lock goes with the session, which ends now.
    if (serverError(error)?.sqlstate !== "57014") throw error;
    return [{ unlocked: "t" }];
  });
  faultPoint("after-unlock");
  if (row?.["unlocked"] !== "t") throw lockLost();
}

function lockLost(): Failure {
  return new Failure({
    class: "runner.lock_lost",
    what: "The run lock was not held any more when it was to be released.",
  });
}

async function historyExists(ctx: RunContext, session: Session, before: boolean): Promise<boolean> {
  if (before) return true;
  const [row] = await session.query(`select ${historyIsThere(ctx.names)} as there`);
  return row?.["there"] === "t";
}
