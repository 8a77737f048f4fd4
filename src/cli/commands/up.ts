/** `lockstep up`: applies what is pending. Started by every pod, so it imports little itself. */
import { up as run } from "../../runner/up.ts";
import type { CliContext } from "../context.ts";
import { withEmbedded } from "../embedded.ts";
import type { CareFlags, ForceFlags, PhaseFlags, RunFlags } from "../flags.ts";
import { forced } from "../forced.ts";
import { loadProject } from "../project.ts";
import { phaseOf, selectionOf } from "../selection.ts";
import { withSinks } from "../sinks.ts";
import { withLog, withReporter } from "../with-reporter.ts";

export interface UpFlags extends RunFlags, PhaseFlags, ForceFlags, CareFlags {
  readonly dryRun?: boolean;
}

export async function up(this: CliContext, flags: UpFlags): Promise<void> {
  if (flags.dryRun) {
    const { plan } = await import("./plan.ts");
    return plan.call(this, flags);
  }
  return withReporter(this, withLog(this, flags), async (reporter) => {
    const selection = { ...selectionOf(flags), ...phaseOf(flags, this.process.env) };
    const force = await forced(this, flags);
    await withEmbedded(this, flags, async (given) => {
      const project = await loadProject(this, given);
      // The last event is the summary, so the result has nothing to add.
      const options = { ...(await project.runnerOptions(reporter.onEvent)), ...force };
      await withSinks(this, project, options, (told) => run(told, selection));
    });
  });
}
