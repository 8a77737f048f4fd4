/** `lockstep doctor`: what would hurt migrations on this connection, role and server. */
import { EXIT_CODES } from "../../failures/exit-codes.ts";
import { doctor as run } from "../../runner/doctor.ts";
import type { CliContext } from "../context.ts";
import type { CareFlags, DatabaseFlags } from "../flags.ts";
import { renderDoctor } from "../output/doctor-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export function doctor(this: CliContext, flags: DatabaseFlags & CareFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const result = await run(await project.runnerOptions(reporter.onLookEvent));
    reporter.result(result, (paint) => renderDoctor(result, paint));
    if (result.checks.some((check) => check.status === "fail")) {
      this.process.exitCode = EXIT_CODES.configuration.code;
    }
  });
}
