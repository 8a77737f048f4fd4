/** `lockstep verify`: the history compared with the files, for CI. */
import { EXIT_CODES } from "../../failures/exit-codes.ts";
import { verify as run } from "../../runner/verify.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags } from "../flags.ts";
import { renderVerify } from "../output/status-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export function verify(this: CliContext, flags: DatabaseFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const result = await run(await project.runnerOptions(reporter.onLookEvent));
    reporter.result(result, (paint) => renderVerify(result, paint));
    // A difference is an answer, not a failure: the exit code says it and the answer is printed.
    if (result.problems.length > 0) this.process.exitCode = EXIT_CODES.invalid.code;
  });
}
