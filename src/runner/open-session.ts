/** Opens the first session of a run, waiting out what passes: a restart, a full server, no route yet. */
import { classify } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { serverError } from "../failures/classify.ts";
import { readFacts, type SessionFacts } from "../postgres/server-facts.ts";
import { Session } from "../postgres/session.ts";
import { faultPoint } from "./fault-points.ts";
import { elapsedMs, jittered, type RunContext } from "./run-context.ts";

export const PASSING: ReadonlySet<FailureClassId> = new Set<FailureClassId>([
  "conn.refused",
  "conn.slots",
  "conn.lost",
  "conn.terminated",
]);

export interface OpenSession {
  readonly session: Session;
  readonly facts: SessionFacts;
}

/** Throws a Failure: of the class of the last error when `waitMs` (milliseconds) is over. */
export async function openSession(
  ctx: RunContext,
  waitMs = ctx.settings.connectWaitMs,
): Promise<OpenSession> {
  const began = performance.now();
  let pause = 100;
  let lastReport = -Infinity;
  for (;;) {
    ctx.checkSignal();
    let session: Session | undefined;
    try {
      session = await Session.open(ctx.options.target, {
        applicationName: ctx.applicationName,
        onNotice: (notice) =>
          ctx.emit({ event: "notice", severity: notice.severity, message: notice.message }),
      });
      faultPoint("connected");
      return {
        session,
        facts: await readFacts(
          session,
          { schema: ctx.names.schema, display: ctx.names.display, state: ctx.names.state },
          ctx.lock,
        ),
      };
    } catch (error) {
      const id = classify(error, { phase: "connect" });
      await session?.close();
      if (!PASSING.has(id) || elapsedMs(began) + pause > waitMs) {
        throw connectFailure(ctx, id, error, elapsedMs(began));
      }
      if (performance.now() - lastReport > 2000) {
        lastReport = performance.now();
        ctx.emit({
          event: "waiting-for-connection",
          reason: error instanceof Error ? error.message : String(error),
          elapsedMs: elapsedMs(began),
        });
      }
      await ctx.pause(jittered(pause));
      pause = Math.min(2000, pause * 2);
    }
  }
}

function connectFailure(
  ctx: RunContext,
  id: FailureClassId,
  error: unknown,
  waitedMs: number,
): Failure {
  if (error instanceof Failure) return error;
  const server = serverError(error);
  const message = error instanceof Error && error.message ? error.message : String(error);
  const waited = waitedMs > 1000 ? ` for ${Math.round(waitedMs / 1000)} s` : "";
  return new Failure({
    class: id,
    what: `Connecting to ${ctx.options.target.display} failed${waited}: ${message}.`.replace(
      "..",
      ".",
    ),
    state: "Nothing was changed.",
    ...(server && { server }),
    cause: error,
  });
}
