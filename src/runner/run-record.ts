/** The run's own row: written when work begins, closed when it ends, whatever the end. */
import { serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { fingerprintQuery } from "../history/fingerprint.ts";
import { createHistory, historyAdditions } from "../history/tables.ts";
import type { ServerIdentity } from "../postgres/server-facts.ts";
import { holdsLock, unlock } from "../postgres/advisory-lock.ts";
import { BatchError, type BatchItem } from "../postgres/batch.ts";
import { BEGIN, COMMIT, GUARDS, guardOf } from "./envelope.ts";
import { faultPoint } from "./fault-points.ts";
import type { LockedRun } from "./locked-run.ts";
import type { RunContext } from "./run-context.ts";
import type { Session } from "../postgres/session.ts";
import { sessionSettings } from "./session-settings.ts";

type Beginning = Omit<LockedRun, "epoch" | "schemaNow" | "journal" | "previous">;

/** Creates the history. On a pooled connection the lock is taken by the same transaction. */
export function bootstrap(run: Beginning, schemaExists: boolean): Promise<void> {
  return defineTables(run, createHistory(run.ctx.names, schemaExists));
}

/** Adds what an older Lockstep, which created the history, did not know. */
export function upgradeHistory(run: Beginning): Promise<void> {
  return defineTables(run, historyAdditions(run.ctx.names));
}

async function defineTables(run: Beginning, statements: readonly string[]): Promise<void> {
  const { ctx } = run;
  const pooled = run.connection === "pooled";
  const sent = run.session.ownBatch(
    [
      BEGIN,
      { text: sessionSettings(ctx, run.server, { local: true }) },
      ...(pooled
        ? [
            {
              text: `select case when pg_catalog.pg_try_advisory_xact_lock(${ctx.lock.key}) then 'ok'
                else pg_catalog.current_setting('${GUARDS.busy}') end`,
            },
          ]
        : []),
      ...statements.map((text) => ({ text })),
      COMMIT,
    ],
    () => faultPoint("bootstrap-sent"),
  );
  await sent.catch((error: unknown) => {
    throw (pooled && anotherWasFirst(error)) || error;
  });
  faultPoint("after-bootstrap");
}

/**
 * On a pooled connection two runners may both have seen no history: one finds the lock taken, or
 * what it creates already there. Either way it begins again from the top.
 */
function anotherWasFirst(error: unknown): Failure | undefined {
  if (!(error instanceof BatchError)) return undefined;
  const server = serverError(error.cause);
  if (!server) return undefined;
  const busy = guardOf(server.message) === "busy";
  // duplicate_schema, duplicate_table, and the same found by a unique index of the catalog.
  if (!busy && !["42P06", "42P07", "23505"].includes(server.sqlstate)) return undefined;
  return new Failure({
    class: busy ? "runner.lock_busy" : "runner.moved",
    what: "Another runner creates the history at this moment.",
    cause: error,
  });
}

/**
 * Opens the run's row. With the lock held, the epoch moves on: a runner that lost its lock without
 * noticing can commit nothing any more. Returns the epoch that counts from now on, and what the
 * schema looks like before the work.
 */
export async function recordStart(
  ctx: RunContext,
  session: Session,
  options: {
    readonly connection: "direct" | "pooled";
    readonly identity: ServerIdentity;
    readonly epoch: string;
    /** Whether there is a fingerprint to compare today's with. */
    readonly fingerprint: boolean;
  },
): Promise<Pick<LockedRun, "epoch" | "schemaNow" | "previous">> {
  const { names } = ctx;
  const results = await session.ownBatch([
    BEGIN,
    {
      text: `insert into ${names.runs} (id, command, host, pid, commit_id, tool_version, system_identifier, timeline)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (id) do nothing`,
      values: [
        ctx.runId,
        ctx.command,
        ctx.host,
        String(process.pid),
        commitId(),
        ctx.toolVersion,
        options.identity.systemIdentifier,
        options.identity.timeline,
      ],
    },
    ...(options.connection === "direct"
      ? [{ text: `update ${names.state} set epoch = epoch + 1 returning epoch` }]
      : []),
    { text: previousRun(ctx), values: [ctx.runId] },
    COMMIT,
    ...(options.fingerprint ? fingerprintItems(ctx) : []),
  ]);
  faultPoint("run-recorded");
  const before = results[options.connection === "direct" ? 3 : 2]?.rows[0];
  return {
    previous: before ? { runId: before[0]!, outcome: before[1]!, failureClass: before[2]! } : null,
    epoch:
      options.connection === "direct" ? (results[2]?.rows[0]?.[0] ?? options.epoch) : options.epoch,
    schemaNow: options.fingerprint ? (results.at(-2)?.rows[0]?.[0] ?? null) : null,
  };
}

/**
 * The run before this one, by its end: whether a failure is over is said where it was told. One that
 * was interrupted says nothing about it: an evicted pod between the failure and its end is common.
 */
function previousRun({ names }: RunContext): string {
  return `select r.id, r.outcome, r.failure_class from ${names.runs} r
    where r.finished_at is not null and r.outcome <> 'interrupted' and r.id <> $1
    order by r.finished_at desc limit 1`;
}

export interface RunEnd {
  readonly outcome: "applied" | "failed" | "interrupted";
  readonly applied: number;
  readonly failure?: Failure;
  readonly longestWaitMs: number;
  /** False: the fingerprint of an earlier run stays the one to compare with. */
  readonly fingerprint?: false;
}

/**
 * Closes the row, and lets the lock go in the same round trip; false when it was not held any more.
 * Synchronous: its flush is also the flush of every commit before it.
 */
export async function recordEnd(run: LockedRun, end: RunEnd): Promise<boolean> {
  const { ctx, session } = run;
  faultPoint("before-finish");
  const { historySchema, historyPrefix } = ctx.settings;
  const current = `(${fingerprintQuery(historySchema, historyPrefix)})`;
  const pooled = run.connection === "pooled";
  // Between the transactions of a pooled run another one may be in the middle of its file.
  const safe = pooled ? `case when ${holdsLock(ctx.lock)} then ${current} end` : current;
  const fingerprint = end.fingerprint === false ? "fingerprint" : safe;
  const results = await despiteCancels(session, () =>
    session.ownBatch([
      BEGIN,
      { text: "set local session authorization default" },
      { text: "set local role none" },
      { text: "set local lock_timeout = 0" },
      { text: "set local statement_timeout = 0" },
      // Definitions are printed relative to the search_path; an empty one names everything in full.
      { text: "set local search_path = ''" },
      ...(pooled ? [{ text: `select pg_catalog.pg_try_advisory_xact_lock(${ctx.lock.key})` }] : []),
      {
        text: `update ${ctx.names.runs} set finished_at = pg_catalog.clock_timestamp(), outcome = $2, applied = $3,
          failure_class = $4, sqlstate = $5, message = $6, longest_wait_ms = $7, failure = $8,
          fingerprint = ${fingerprint}
        where id = $1`,
        values: [
          ctx.runId,
          end.outcome,
          String(end.applied),
          end.failure?.class ?? null,
          end.failure?.server?.sqlstate ?? null,
          end.failure?.what ?? null,
          String(Math.round(end.longestWaitMs)),
          end.failure ? JSON.stringify(end.failure) : null,
        ],
      },
      { text: "select pg_catalog.pg_notify($1, $2)", values: [ctx.names.channel, ctx.runId] },
      COMMIT,
      ...(pooled ? [] : [{ text: unlock(ctx.lock) }]),
    ]),
  );
  faultPoint("after-unlock");
  return pooled || results.at(-1)?.rows[0]?.[0] === "t";
}

/**
 * A cancel is delivered by a signal, so one that was meant for the last file (also one of our own
 * observer) may arrive when that is applied already, and must not make a failure of it.
 */
async function despiteCancels<T>(session: Session, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof BatchError ? error.cause : error;
      if (session.lost || tries === 3 || serverError(cause)?.sqlstate !== "57014") throw error;
      await session.rollback();
    }
  }
}

/**
 * Another runner was faster, and may well do all the rest: so the row is closed for now, and a run
 * that has applied nothing leaves none. A later turn of this run opens it again.
 */
export async function recordPause(
  run: Pick<LockedRun, "ctx" | "session">,
  applied: number,
): Promise<void> {
  const { runs } = run.ctx.names;
  await run.session.ownBatch([
    BEGIN,
    applied === 0
      ? { text: `delete from ${runs} where id = $1`, values: [run.ctx.runId] }
      : {
          text: `update ${runs} set finished_at = pg_catalog.clock_timestamp(), outcome = 'applied', applied = $2
            where id = $1`,
          values: [run.ctx.runId, String(applied)],
        },
    COMMIT,
  ]);
}

/** The fingerprint as it is now; see recordEnd for the search_path. */
function fingerprintItems(ctx: RunContext): BatchItem[] {
  const { historySchema, historyPrefix } = ctx.settings;
  return [
    { text: "begin isolation level read committed read only" },
    { text: "set local search_path = ''" },
    { text: fingerprintQuery(historySchema, historyPrefix) },
    COMMIT,
  ];
}

/** The commit that is being deployed, as the common CI systems name it. */
function commitId(): string | null {
  const { env } = process;
  return (
    env["LOCKSTEP_COMMIT"] ?? env["GITHUB_SHA"] ?? env["CI_COMMIT_SHA"] ?? env["GIT_COMMIT"] ?? null
  );
}
