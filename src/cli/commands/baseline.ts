/** `lockstep baseline <version>`: records migrations as applied without running them. */
import { baseline as run } from "../../runner/baseline.ts";
import { askReason, confirm } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags, ReasonFlags } from "../flags.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export function baseline(
  this: CliContext,
  flags: ReasonFlags & DatabaseFlags,
  version: string,
): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const options = await project.runnerOptions(reporter.onEvent);
    const reason = await askReason(this, flags);
    const question = `Record everything up to version ${version} as applied on ${options.target.display}, without running it?`;
    await confirm(this, flags, question);
    await run(options, version, reason);
  });
}
