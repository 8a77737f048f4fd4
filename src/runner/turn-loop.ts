/**
 * Takes turns until one is done. Each turn begins on a new connection: after a lost one, and after
 * one that found the lock taken.
 */
import { classify } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { rootCause } from "./as-failure.ts";
import { elapsedMs, jittered, type RunContext } from "./run-context.ts";

export type TurnOutcome =
  | { readonly kind: "done" }
  /** The lock was not free; the failure to report if the time for waiting is over. */
  | { readonly kind: "busy"; readonly failure: Failure };

/** A connection that breaks this often without anything getting done is not a passing trouble. */
const MOST_RESTARTS = 20;

const RESTART: ReadonlySet<FailureClassId> = new Set<FailureClassId>([
  "conn.lost",
  "conn.terminated",
  "conn.refused",
  "conn.slots",
  "idle_kill",
  "commit.ambiguous",
]);

/** Another runner was faster in the middle of a turn; runners on a pooler take turns file by file. */
const OVERTAKEN: ReadonlySet<FailureClassId> = new Set<FailureClassId>([
  "runner.lock_busy",
  "runner.moved",
]);

/** `progress` counts what got done; a turn that moved it on starts the count of restarts again. */
export async function repeatTurns(
  ctx: RunContext,
  progress: () => number,
  oneTurn: (waitingSince: number) => Promise<TurnOutcome>,
): Promise<void> {
  let waitingSince = performance.now();
  let restarts = 0;
  let polls = 0;
  for (;;) {
    ctx.checkSignal();
    const before = progress();
    let outcome: TurnOutcome;
    try {
      outcome = await oneTurn(waitingSince);
    } catch (error) {
      const id = error instanceof Failure ? error.class : classify(rootCause(error));
      if (progress() > before) {
        restarts = 0;
        polls = 0;
        waitingSince = performance.now();
      }
      if (OVERTAKEN.has(id) && elapsedMs(waitingSince) <= ctx.settings.lockWaitMs) {
        polls += 1;
        await ctx.pause(jittered(Math.min(1000, 150 * polls)));
        continue;
      }
      // A Failure of such a class comes from the opening of a session, which has waited already.
      const again = RESTART.has(id) && !(error instanceof Failure);
      if (!again || ctx.signal.aborted || (restarts += 1) > MOST_RESTARTS) throw error;
      ctx.emit({
        event: "waiting-for-connection",
        reason: error instanceof Error ? error.message : String(error),
        elapsedMs: elapsedMs(ctx.startedAt),
      });
      await ctx.pause(jittered(Math.min(2000, 50 * 2 ** restarts)));
      continue;
    }
    if (outcome.kind === "done") return;
    // Somebody else is at work; what they do may leave nothing for us.
    if (elapsedMs(waitingSince) > ctx.settings.lockWaitMs) throw outcome.failure;
    polls += 1;
    await ctx.pause(jittered(Math.min(1000, 150 * polls)));
  }
}
