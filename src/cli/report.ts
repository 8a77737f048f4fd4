/** From anything that was thrown to lines on stderr and an exit code. */
import { EXIT_CODES } from "../failures/exit-codes.ts";
import { Failure } from "../failures/failure.ts";
import type { CliContext } from "./context.ts";
import { renderBug, renderFailure } from "./output/failure-text.ts";
import { createPaint, wantsColor } from "./output/paint.ts";

/** Prints the error and returns the exit code. Failures are said on stderr in every mode. */
export function reportError(error: unknown, process: CliContext["process"]): number {
  const paint = createPaint(wantsColor(process.env, process.stderr));
  const debug = isSet(process.env["LOCKSTEP_DEBUG"]);
  const lines =
    error instanceof Failure
      ? renderFailure(error.toJSON(), paint)
      : renderBug(error, debug, paint);
  process.stderr.write(`${lines.join("\n")}\n`);
  if (!(error instanceof Failure)) return EXIT_CODES.bug.code;
  if (debug && error.stack !== undefined) process.stderr.write(`\n${error.stack}\n`);
  return error.exitCode;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0";
}
