/**
 * From an open session to a run that holds its lock.
 *
 * L1. A direct connection locks on the very session that works: if one dies, so does the other,
 *     and the server frees the lock only when its statement has ended.
 * L2. The observer is opened before the lock is tried: whoever holds the lock has both sessions,
 *     and nobody who lacks a connection slot holds the lock.
 * L3. The lock is proved: the observer must be refused the same key, and both sessions must be on
 *     the same server and timeline.
 * L4. Whoever does not get the lock disconnects before it waits: connected waiters would eat the
 *     slots that the holder needs.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { classify } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { lockHolder, tryLock, unlock } from "../postgres/advisory-lock.ts";
import { historyIsThere, readIdentity, type ServerIdentity } from "../postgres/server-facts.ts";
import type { History } from "../history/read.ts";
import { Session } from "../postgres/session.ts";
import type { SessionInfo } from "./events.ts";
import { faultPoint } from "./fault-points.ts";
import { loadHistory } from "./migrate.ts";
import { Observer, sessionInfo } from "./observer.ts";
import type { OpenSession } from "./open-session.ts";
import { observerName } from "./session-names.ts";
import { ANY_EVENT_TRIGGER, sessionSettings } from "./session-settings.ts";
import type { RunContext } from "./run-context.ts";

export type Acquired =
  | {
      readonly kind: "locked";
      readonly connection: "direct" | "pooled";
      readonly observer: Observer | undefined;
      readonly identity: ServerIdentity;
      /** An enabled event trigger runs code at DDL. */
      readonly eventTriggers: boolean;
      /** As it was read under the lock; a pooled connection has none yet. */
      readonly history: History | undefined;
    }
  | { readonly kind: "busy"; readonly holder: SessionInfo | undefined }
  | { readonly kind: "no-slot"; readonly reason: string };

export interface AcquireOptions {
  /** Some step cannot run in a transaction: a pooled connection has to prove session pooling. */
  readonly needsSession: boolean;
}

export async function acquire(
  ctx: RunContext,
  open: OpenSession,
  options: AcquireOptions,
): Promise<Acquired> {
  const { session, facts } = open;
  if (facts.inRecovery) throw standby(ctx);
  if (facts.lockHeld) return busy(ctx, session);
  if (facts.proxied && !options.needsSession) return pooled(ctx, session);

  let side: Session;
  const identity = readIdentity(session);
  // Awaited where it is needed; when the observer cannot be opened it does not matter.
  identity.catch(() => undefined);
  try {
    side = await Session.openHost(
      session.config,
      // A pool with a single place never answers; a direct server does at once.
      { connectTimeoutMs: facts.proxied ? 3000 : ctx.options.target.connectTimeoutMs },
      { applicationName: observerName(ctx.applicationName) },
    );
  } catch (error) {
    const id = classify(error, { phase: "connect" });
    if (id === "conn.slots" || id === "conn.refused" || id === "conn.lost") {
      return { kind: "no-slot", reason: error instanceof Error ? error.message : String(error) };
    }
    throw error;
  }
  try {
    if (facts.proxied) {
      const pinned = await withDeadline(ctx, isPinned(session, side, facts.backendPid));
      if (pinned === undefined) {
        side.destroy();
        return { kind: "no-slot", reason: NO_SECOND_PLACE };
      }
      if (!pinned) {
        await side.close();
        return await pooled(ctx, session);
      }
    }
    return await direct(ctx, session, side, facts, await identity);
  } catch (error) {
    await side.close();
    throw error;
  }
}

const NO_SECOND_PLACE =
  "the pooler gave no second server connection, which a step outside of a transaction needs";

/**
 * Undefined when the pooler keeps the side session waiting. All runners may be holding one place
 * and waiting for a second, which the pooler gives in the order of asking: so most give up soon,
 * and a few stay until it is their turn (measured with 8 runners and 3 places: with 2 to 4 s for
 * everybody it took more than a minute).
 */
async function withDeadline<T>(ctx: RunContext, answer: Promise<T>): Promise<T | undefined> {
  const patienceMs = Math.min(500 * 2 ** (Math.random() * 5), ctx.settings.lockWaitMs);
  const timer = new AbortController();
  const late = sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    timer.abort();
    answer.catch(() => undefined);
  }
}

async function direct(
  ctx: RunContext,
  session: Session,
  side: Session,
  facts: OpenSession["facts"],
  identity: ServerIdentity,
): Promise<Acquired> {
  faultPoint("before-lock");
  // The settings travel with the try: with the lock, a role's own timeouts are over; without it,
  // the session ends. What is asked behind the try is asked under the lock.
  const [[tried, , asked], other] = await Promise.all([
    session.batch([
      { text: tryLock(ctx.lock) },
      { text: sessionSettings(ctx, facts, { local: false }) },
      { text: `select ${ANY_EVENT_TRIGGER}, ${historyIsThere(ctx.names)}` },
    ]),
    readIdentity(side),
  ]);
  if (tried?.rows[0]?.[0] !== "t") {
    const result = await busy(ctx, side);
    await side.close();
    return result;
  }
  faultPoint("after-lock");
  const [triggers, there] = asked?.rows[0] ?? [];
  const [[second], history] = await Promise.all([
    side.query(tryLock(ctx.lock)),
    loadHistory(ctx, session, there === "t"),
  ]);
  if (second?.["locked"] === "t") {
    await Promise.all([side.query(unlock(ctx.lock)), session.query(unlock(ctx.lock))]);
    throw new Failure({
      class: "runner.lock_unsafe",
      what: "A second session was granted the run lock while the first one held it, so the lock protects nothing on this connection.",
    });
  }
  refuseDifferentServers(identity, other);
  return {
    kind: "locked",
    connection: "direct",
    observer: new Observer(side, [facts.backendPid]),
    identity,
    eventTriggers: triggers !== "f",
    history,
  };
}

async function pooled(ctx: RunContext, session: Session): Promise<Acquired> {
  // No observer: with a pool of one place a second session would wait for the first one's end.
  return {
    kind: "locked",
    connection: "pooled",
    observer: undefined,
    eventTriggers: true,
    history: undefined,
    identity: await readIdentity(session),
  };
}

async function busy(ctx: RunContext, session: Session): Promise<Acquired> {
  const [row] = await session.query(lockHolder(ctx.lock));
  return { kind: "busy", holder: row ? sessionInfo(row) : undefined };
}

/**
 * Whether a proxied session keeps its backend. The pattern has runs of odd and even length, so
 * that neither handing out the last backend first nor taking turns looks like session pooling.
 */
async function isPinned(session: Session, side: Session, backendPid: number): Promise<boolean> {
  let sidePid: number | undefined;
  for (const who of "OSSOOOSOSSSO") {
    const target = who === "S" ? session : side;
    const [row] = await target.query("select pg_catalog.pg_backend_pid() as pid");
    const pid = Number(row?.["pid"]);
    if (who === "S" ? pid !== backendPid : pid === backendPid || (sidePid ?? pid) !== pid)
      return false;
    if (who === "O") sidePid = pid;
  }
  return true;
}

function refuseDifferentServers(left: ServerIdentity, right: ServerIdentity): void {
  if (left.systemIdentifier === null || right.systemIdentifier === null) return;
  if (
    left.systemIdentifier === right.systemIdentifier &&
    left.timeline === right.timeline &&
    left.startedAt === right.startedAt
  ) {
    return;
  }
  throw new Failure({
    class: "runner.moved",
    what: "Two sessions of this run reached different servers.",
  });
}

function standby(ctx: RunContext): Failure {
  return new Failure({
    class: "readonly",
    what: `${ctx.options.target.display} is a standby: it is in recovery and cannot be changed.`,
    state: "Nothing was changed.",
    action:
      "Give the address of the primary, or several hosts with `target_session_attrs=read-write`.",
    exit: "configuration",
  });
}
