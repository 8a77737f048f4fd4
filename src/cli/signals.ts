/**
 * SIGINT and SIGTERM. The first one aborts: the runner stops starting things, cancels what runs
 * and writes its journal. The second one leaves at once, for somebody who does not want to wait;
 * the server then rolls back and frees the lock by itself when it notices that we are gone.
 */
import { EXIT_CODES } from "../failures/exit-codes.ts";
import { Failure } from "../failures/failure.ts";

type SignalName = "SIGINT" | "SIGTERM";

/** Returns a signal that is aborted with the name of the first one, which is what the runner reads. */
export function abortOnSignals(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  const on = (name: SignalName): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES[classOf(name)].code);
    controller.abort(name);
  };
  process.on("SIGINT", () => on("SIGINT"));
  process.on("SIGTERM", () => on("SIGTERM"));
  return controller.signal;
}

/** The failure that a command ends with when it has no words of its own for being stopped. */
export function stoppedBy(signal: AbortSignal, cause?: unknown): Failure {
  const name: SignalName = signal.reason === "SIGTERM" ? "SIGTERM" : "SIGINT";
  return new Failure({ class: classOf(name), what: `Stopped by ${name}.`, cause });
}

function classOf(name: SignalName): "interrupted" | "terminated" {
  return name === "SIGTERM" ? "terminated" : "interrupted";
}
