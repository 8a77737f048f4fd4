/**
 * `doctor`: looks at everything around migrations that is known to hurt them. Changes nothing.
 *
 * D1. What the server says never throws: a failed connection is a failed check, and a check whose
 *     query is refused says so and the others go on.
 * D2. Only catalogs and the history are read, and no session state is left in a pooled backend.
 */
import { classify, serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { Session } from "../postgres/session.ts";
import type { Check, DoctorContext, DoctorLimits } from "./doctor/check.ts";
import { CHECKS } from "./doctor/checks.ts";
import { connectionFailed, words } from "./doctor/connection.ts";
import { readDoctorFacts } from "./doctor/facts.ts";
import type { RunnerOptions } from "./options.ts";
import type { DoctorCheck, DoctorResult } from "./results.ts";
import { createContext } from "./run-context.ts";

const LIMITS: DoctorLimits = { longTransactionMs: 60_000, sideConnectionMs: 3_000 };

export async function doctor(
  options: RunnerOptions,
  limits: Partial<DoctorLimits> = {},
): Promise<DoctorResult> {
  const run = createContext("doctor", options);
  run.checkSignal();
  let session: Session | undefined;
  // A server that hangs must not make us deaf: dropping the socket fails the query under way.
  const stop = (): void => session?.destroy(new Error("The run was stopped"));
  run.signal.addEventListener("abort", stop);
  try {
    let ctx: DoctorContext;
    try {
      session = await Session.open(options.target, { applicationName: run.applicationName });
      const facts = await readDoctorFacts(session, run.names, options.settings.historyPrefix);
      ctx = { run, session, facts, limits: { ...LIMITS, ...limits } };
    } catch (error) {
      run.checkSignal();
      if (classify(error) === "bug") throw error;
      return { checks: [connectionFailed(error, options.target)] };
    }
    const checks: DoctorCheck[] = [];
    for (const check of CHECKS) {
      const { lost, ...found } = await look(check, ctx);
      run.checkSignal();
      checks.push(found);
      if (lost) break;
    }
    return { checks };
  } finally {
    run.signal.removeEventListener("abort", stop);
    await session?.close();
  }
}

async function look(check: Check, ctx: DoctorContext): Promise<DoctorCheck & { lost: boolean }> {
  const { id, title } = check;
  try {
    return { id, title, ...(await check.look(ctx)), lost: false };
  } catch (error) {
    const lost = isLost(error, ctx);
    // A mistake of ours is not a finding about the server.
    if (!lost && serverError(error) === undefined) throw error;
    const failure = new Failure({ class: classify(error), what: words(error), cause: error });
    return {
      id,
      title,
      status: lost ? "fail" : "warn",
      message: lost
        ? `The connection was lost here, and the remaining checks were left out: ${failure.what}`
        : `This could not be looked at: ${failure.what}`,
      action: failure.action,
      lost,
    };
  }
}

/** The server's last words (57P01 and the like) arrive before the end of the connection does. */
function isLost(error: unknown, ctx: DoctorContext): boolean {
  const failure = classify(error);
  return ctx.session.lost !== undefined || failure.startsWith("conn.") || failure === "idle_kill";
}
