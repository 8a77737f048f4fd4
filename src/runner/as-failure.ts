/** What ends an operation, as the Failure that its caller reports. */
import { classify } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { BatchError } from "../postgres/batch.ts";
import { interruption, type RunContext } from "./run-context.ts";

/** What nobody can name is handed back as it is: it is a bug, and its stack is wanted. */
export function asFailure(ctx: RunContext, error: unknown): unknown {
  if (ctx.signal.aborted) return interruption(ctx.signal);
  const explained = (error as { explained?: unknown } | null)?.explained;
  if (explained instanceof Failure) return explained;
  if (error instanceof Failure) return error;
  const id = classify(rootCause(error));
  if (id === "unknown" || id === "bug") return error;
  return new Failure({
    class: id,
    what: `${ctx.options.target.display}: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  });
}

export function rootCause(error: unknown): unknown {
  return error instanceof BatchError ? error.cause : error;
}
