/** `lockstep repair`: accepts edited files. Shows what it would accept before it asks. */
import { planRepair, repair as run } from "../../runner/repair.ts";
import { askReason, confirm } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags, ReasonFlags } from "../flags.ts";
import { renderRepaired } from "../output/run-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export function repair(
  this: CliContext,
  flags: ReasonFlags & DatabaseFlags,
  ...versions: readonly string[]
): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const options = await project.runnerOptions(reporter.onLookEvent);
    if (!flags.yes) {
      const { repaired } = await planRepair(options);
      reporter.say(...renderRepaired(repaired, false, reporter.paint));
      if (repaired.length === 0) return;
    }
    const reason = await askReason(this, flags);
    const what =
      versions.length === 0 ? "all of these files" : `the files of ${versions.join(", ")}`;
    await confirm(this, flags, `Accept ${what} as they are now on ${options.target.display}?`);
    const result = await run(options, versions.length === 0 ? null : [...versions], reason);
    reporter.result(result, (paint) => renderRepaired(result.repaired, true, paint));
  });
}
