/** `lockstep status`: what is applied and what is pending. Ends with 0 whatever it finds: it is for looking. */
import { status as run } from "../../runner/status.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags } from "../flags.ts";
import { renderStatus } from "../output/status-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export function status(this: CliContext, flags: DatabaseFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const result = await run(await project.runnerOptions(reporter.onLookEvent));
    reporter.result(result, (paint) => renderStatus(result, paint));
  });
}
