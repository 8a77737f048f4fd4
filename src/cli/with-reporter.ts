/** The frame around every command: an output for its mode, closed however the command ends. */
import { Failure } from "../failures/failure.ts";
import type { CliContext } from "./context.ts";
import type { LogFlags, OutputFlags } from "./flags.ts";
import { chooseOutput } from "./output/choose.ts";
import { createPaint, wantsColor } from "./output/paint.ts";
import { createReporter, type Reporter } from "./output/reporter.ts";
import { stoppedBy } from "./signals.ts";

const STOPPING = "Stopping. Ctrl-C once more leaves at once";

export async function withReporter(
  context: CliContext,
  flags: OutputFlags & LogFlags,
  work: (reporter: Reporter) => Promise<void>,
): Promise<void> {
  const { stdout, env } = context.process;
  const { json = false, quiet = false, log } = flags;
  const stdoutIsTty = stdout.isTTY === true;
  const mode = chooseOutput({ json, quiet, log: log === "json", stdoutIsTty, env });
  const logs =
    mode === "log" ? (await import("./output/log.ts")).createLogRenderer(env) : undefined;
  const reporter = createReporter(stdout, mode, createPaint(wantsColor(env, stdout)), logs);
  // The signal handler itself may not write: it would break the live lines.
  const onAbort = (): void =>
    reporter.interject(`${STOPPING}${reporter.hasRun ? ", without writing the journal" : ""}.`);
  context.signal.addEventListener("abort", onAbort);
  try {
    await work(reporter);
  } catch (thrown) {
    const error = endOf(thrown, context.signal);
    // A run's last event carries its failure; what fails outside of a run is said here, so that
    // whoever reads the JSON never has to read stderr.
    if (mode === "json" && !reporter.failureSaid) {
      stdout.write(`${JSON.stringify({ event: "failure", failure: asFailure(error) })}\n`);
    }
    if (logs && !reporter.failureSaid) {
      const lines = logs.failure(asFailure(error).toJSON(), new Date().toISOString());
      stdout.write(`${lines.join("\n")}\n`);
    }
    throw error;
  } finally {
    context.signal.removeEventListener("abort", onAbort);
    reporter.close();
  }
}

/** The flag, or else the variable, for the commands that have a run to log. */
export function withLog<F extends LogFlags>(context: CliContext, flags: F): F {
  const log = flags.log ?? (context.process.env["LOCKSTEP_LOG"] || undefined);
  if (log === undefined) return flags;
  if (log === "json" || log === "text") return { ...flags, log };
  throw new Failure({
    class: "config.invalid",
    what: `\`LOCKSTEP_LOG\` is \`${log}\`.`,
    action: "Write `text` or `json`.",
  });
}

/** After Ctrl-C anything may throw, an AbortError for one; the signal is what ended the command. */
function endOf(thrown: unknown, signal: AbortSignal): unknown {
  return thrown instanceof Failure || !signal.aborted ? thrown : stoppedBy(signal, thrown);
}

function asFailure(error: unknown): Failure {
  return error instanceof Failure
    ? error
    : new Failure({ class: "bug", what: "This is a bug in Lockstep; stderr has the details." });
}
