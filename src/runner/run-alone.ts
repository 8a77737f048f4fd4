/**
 * One statement that cannot run in a transaction: journal, statement, verification, journal. J1 and
 * J4 of run-statements.ts are kept here.
 */
import type { JournalRow } from "../history/read.ts";
import { journalDone, journalForget, journalStarted, type JournalKey } from "../history/write.ts";
import { BatchError } from "../postgres/batch.ts";
import { startGuard, unannounce, withAttempts } from "./attempts.ts";
import { BEGIN, COMMIT } from "./envelope.ts";
import { faultPoint } from "./fault-points.ts";
import {
  createIndexConcurrently,
  refuseInvalidLeftover,
} from "./kinds/create-index-concurrently.ts";
import type { Kind, Probe, Tools } from "./kinds/kind.ts";
import { kindOf } from "./kinds/registry.ts";
import { checksumOf, explain, keyOf } from "./statement-step.ts";
import type { LockedRun } from "./locked-run.ts";
import type { PreparedSql, PreparedStatement } from "./prepare.ts";
import { reportProgress } from "./report-progress.ts";
import { envelopeOf, explainedBy } from "./run-file.ts";
import { unknownOutcome } from "./unfinished-step.ts";

/** J1: journal, statement, verification, journal. */
export async function runAlone(
  run: LockedRun,
  prepared: PreparedSql,
  statement: PreparedStatement,
  before: JournalRow | undefined,
): Promise<void> {
  const { ctx, session } = run;
  const kindName = statement.nonTransactional ?? "other";
  const kind = kindOf(statement);
  const key = keyOf(prepared, statement);
  const step = { kind: kindName, checksum: checksumOf(statement), runId: ctx.runId };
  await applySettings(run, prepared, kind);

  let detail: unknown;
  let half: Half | undefined;
  if (before) {
    detail = before.detail;
    const probe = await kind.probe(session, statement, detail);
    ctx.emit({ event: "recovering", migration: key.migration, detail: inWords(probe, statement) });
    if (probe.state === "unknown") throw unknownOutcome(prepared, statement, probe.what);
    // Under the cap, cleaning up is a part of the attempts.
    if (kind.stalls && probe.state === "half") half = probe;
    else if (
      probe.state === "done" ||
      (await cleanUp(run, prepared, kind, statement, detail, probe)) === "done"
    ) {
      await writeJournal(run, journalDone(ctx.names, key, step));
      return;
    }
  } else {
    detail = await kind.before(session, statement);
    faultPoint("before-journal");
    await writeJournal(run, journalStarted(ctx.names, key, { ...step, detail }));
  }
  faultPoint("after-journal");

  await attemptAlone(run, prepared, statement, kind, { detail, half }, key);
  faultPoint("statement-done");
  if (kind === createIndexConcurrently) {
    await refuseInvalidLeftover(session, statement).catch(async (error: unknown) => {
      await writeJournal(run, journalForget(ctx.names, key));
      throw error;
    });
  }
  await writeJournal(run, journalDone(ctx.names, key, step));
}

type Half = Extract<Probe, { readonly state: "half" }>;

async function attemptAlone(
  run: LockedRun,
  prepared: PreparedSql,
  statement: PreparedStatement,
  // oxlint-disable-next-line typescript/no-explicit-any
  kind: Kind<any>,
  known: { readonly detail: unknown; readonly half: Half | undefined },
  key: JournalKey,
): Promise<void> {
  const { ctx, session } = run;
  const { detail } = known;
  let { half } = known;
  const { capMs } = envelopeOf(run, prepared);
  const attempt = async (): Promise<void> => {
    const report = reportProgress(run, prepared, statement);
    try {
      if (half && (await cleanUp(run, prepared, kind, statement, detail, half)) === "done") {
        half = undefined;
        await report.end();
        return;
      }
      half = undefined;
      const tools = toolsFor(run, prepared);
      if (kind.apply) await kind.apply(session, statement, detail, tools);
      else await tools.alone(statement.text);
      await report.end();
    } catch (error) {
      await report.end();
      if (session.lost) throw error;
      const cause = error instanceof BatchError ? error.cause : error;
      const failure = explain(prepared, statement, cause);
      const probe = await kind.probe(session, statement, detail);
      if (probe.state === "done") return;
      if (probe.state === "unknown")
        throw failure.with({ exit: "partial", notes: [...failure.notes, probe.what] });
      if (kind.stalls && probe.state === "half") {
        // What is left to do is an attempt of its own: watched from its beginning, within the budget.
        half = probe;
        throw Object.assign(new BatchError(0, [], true, cause), {
          explained: failure.with({ exit: "partial" }),
        });
      }
      try {
        if (ctx.signal.aborted) await boundCleanUp(run);
        if ((await cleanUp(run, prepared, kind, statement, detail, probe)) === "done") return;
      } catch (second) {
        throw failure.with({
          exit: "partial",
          notes: [...failure.notes, `Cleaning up failed too: ${(second as Error).message}`],
        });
      }
      throw Object.assign(new BatchError(0, [], true, cause), { explained: failure });
    }
  };
  try {
    if (kind.stalls)
      await withAttempts(run, { migration: key.migration, wanted: [], capMs }, attempt);
    else await measured(run, capMs, key.migration, attempt);
  } catch (error) {
    // Cleaned up or never begun: nothing of this statement is left, so the next run starts it afresh.
    const failure = explainedBy(error);
    if (failure && half && !session.lost) {
      throw failure.with({
        state: `Statement ${statement.ordinal} is half-done (${half.what}); the journal knows it, and the next run completes it.`,
      });
    }
    if (failure && failure.exit !== "partial" && !session.lost) {
      await writeJournal(run, journalForget(ctx.names, key));
    }
    throw error;
  }
}

function toolsFor(run: LockedRun, prepared: PreparedSql): Tools {
  const { session } = run;
  const { capMs } = envelopeOf(run, prepared);
  return {
    async alone(text) {
      await session.batch([{ text }], () => faultPoint("statement-sent"));
    },
    async briefly(texts) {
      await withAttempts(run, { migration: prepared.migration.id, wanted: [], capMs }, async () => {
        try {
          await session.batch([
            BEGIN,
            { text: `set local lock_timeout = ${capMs}` },
            ...texts.map((text) => ({ text })),
            COMMIT,
          ]);
        } catch (error) {
          if (!session.lost) await session.rollback();
          throw error;
        }
      });
    },
  };
}

/** Runs without a cap, but the wait of others is measured all the same. Deadlocks are tried again. */
async function measured(
  run: LockedRun,
  capMs: number,
  migration: string,
  attempt: () => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const guard = startGuard(run, capMs, false, migration);
    try {
      return await attempt();
    } catch (error) {
      const failure = explainedBy(error);
      if (failure?.class !== "deadlock" || tries >= 3 || run.session.lost) throw error;
    } finally {
      await guard?.end();
      unannounce(run);
    }
  }
}

/**
 * A clean-up waits for the same sessions that the statement waited for. Told to stop, we try it for
 * a moment only: the journal says `started`, and the next run cleans up.
 */
async function boundCleanUp(run: LockedRun): Promise<void> {
  await run.session.query("select pg_catalog.set_config('statement_timeout', '2000', false)");
}

async function cleanUp(
  run: LockedRun,
  prepared: PreparedSql,
  // oxlint-disable-next-line typescript/no-explicit-any
  kind: Kind<any>,
  statement: PreparedStatement,
  detail: unknown,
  probe: Probe,
): Promise<"again" | "done"> {
  if (probe.state !== "half" || !kind.cleanUp) return "again";
  run.ctx.emit({
    event: "recovering",
    migration: prepared.migration.id,
    detail: `${probe.what}; cleaning up`,
  });
  return kind.cleanUp(run.session, statement, detail, () => faultPoint("cleanup-sent"));
}

/** The settings that this very statement runs with, whatever a SET of the file said before. */
async function applySettings(
  run: LockedRun,
  prepared: PreparedSql,
  // oxlint-disable-next-line typescript/no-explicit-any
  kind: Kind<any>,
): Promise<void> {
  const envelope = envelopeOf(run, prepared);
  const { role } = prepared.directives;
  const values: [string, string][] = [
    ["lock_timeout", kind.stalls ? String(envelope.capMs) : "0"],
    ["statement_timeout", String(envelope.statementTimeoutMs ?? 0)],
    ...(role === undefined ? [] : ([["role", role]] as [string, string][])),
  ];
  const calls = values.map((_, i) => `pg_catalog.set_config($${2 * i + 1}, $${2 * i + 2}, false)`);
  await run.session.query(`select ${calls.join(", ")}`, values.flat());
}

/** The journal is written by the login role, outside of any transaction of the file. */
async function writeJournal(run: LockedRun, item: ReturnType<typeof journalDone>): Promise<void> {
  await run.session.ownBatch([
    BEGIN,
    { text: "set local session authorization default" },
    { text: "set local role none" },
    { text: "set local lock_timeout = 0" },
    { text: "set local statement_timeout = 0" },
    { text: "set local synchronous_commit = on" },
    item,
    COMMIT,
  ]);
}

function inWords(probe: Probe, statement: PreparedStatement): string {
  const subject = `Statement ${statement.ordinal} was interrupted`;
  if (probe.state === "done") return `${subject}; it had finished.`;
  return probe.state === "none"
    ? `${subject}; nothing of it is there, it runs again.`
    : `${subject}; ${probe.what}.`;
}
