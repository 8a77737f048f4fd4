/**
 * One piece of work under the run lock, for the operations that change the history by hand. The
 * protocol is that of `up`: poll, disconnect between polls, prove the lock, read the history again,
 * and start again from the top when the connection is lost.
 */
import type { History } from "../history/read.ts";
import { versionName } from "../postgres/server-facts.ts";
import { holdLock, WaitReport } from "./hold-lock.ts";
import type { LockedRun } from "./locked-run.ts";
import { loadHistory } from "./migrate.ts";
import { openSession } from "./open-session.ts";
import type { RunContext } from "./run-context.ts";
import { repeatTurns } from "./turn-loop.ts";
import { underLock } from "./under-lock.ts";

export interface LockedWork<T> {
  /**
   * A look before the lock: throws what is refused anyway, so that a refusal waits for nobody and
   * creates no history; returns a value when there is nothing to do.
   */
  look(history: History): { readonly value: T } | undefined;
  /** Decides again, from the history as it is under the lock, and writes. */
  work(run: LockedRun, history: History): Promise<T>;
  /** How many migrations the run's row says were applied. */
  applied?(): number;
  /** False: see under-lock.ts. */
  readonly fingerprint?: false;
}

export async function withRunLock<T>(ctx: RunContext, options: LockedWork<T>): Promise<T> {
  const waits = { longestMs: 0, cancelledAt: -Infinity };
  const report = new WaitReport(ctx);
  let announced = false;
  let result: { readonly value: T } | undefined;
  await repeatTurns(
    ctx,
    () => 0,
    async (waitingSince) => {
      const open = await openSession(ctx);
      const { session, facts } = open;
      try {
        if (!announced) {
          announced = true;
          ctx.emit({
            event: "run-started",
            command: ctx.command,
            database: facts.database,
            server: versionName(facts.version),
            connection: facts.proxied ? "pooled" : "direct",
            toolVersion: ctx.toolVersion,
          });
        }
        result = options.look(await loadHistory(ctx, session, facts.historyExists));
        if (result) return { kind: "done" };
        const hold = { needsSession: false, waitingSince, report };
        return await holdLock(ctx, open, hold, (acquired) =>
          underLock(ctx, open, acquired, {
            waits,
            decide: (history) => async (run) => {
              result = { value: await options.work(run, history) };
            },
            applied: () => options.applied?.() ?? 0,
            ...(options.fingerprint === false && { fingerprint: false }),
          }),
        );
      } finally {
        await session.close();
      }
    },
  );
  return result!.value;
}
