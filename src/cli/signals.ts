/**
 * SIGINT and SIGTERM. The first one aborts: the runner stops starting things, cancels what runs
 * and writes its journal. The second one leaves at once, for somebody who does not want to wait;
 * the server then rolls back and frees the lock by itself when it notices that we are gone.
 */
import { EXIT_CODES } from "../failures/exit-codes.ts";
import { Failure } from "../failures/failure.ts";

/** Returns a signal whose abort reason is the `Failure` to end with. */
export function abortOnSignals(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  const on = (name: "SIGINT" | "SIGTERM"): void => {
    const kind = name === "SIGINT" ? "interrupted" : "terminated";
    if (controller.signal.aborted) process.exit(EXIT_CODES[kind].code);
    controller.abort(new Failure({ class: kind, what: `Stopped by ${name}.` }));
  };
  process.on("SIGINT", () => on("SIGINT"));
  process.on("SIGTERM", () => on("SIGTERM"));
  return controller.signal;
}
