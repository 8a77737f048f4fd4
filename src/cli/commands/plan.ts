/** `lockstep plan` and `lockstep up --dry-run`: what a run would do, without doing any of it. */
import { plan as run } from "../../runner/make-plan.ts";
import type { CliContext } from "../context.ts";
import { withEmbedded } from "../embedded.ts";
import type { DatabaseFlags, SelectionFlags } from "../flags.ts";
import { renderPlan } from "../output/plan-text.ts";
import { loadProject } from "../project.ts";
import { selectionOf } from "../selection.ts";
import { withReporter } from "../with-reporter.ts";

export interface PlanFlags extends DatabaseFlags, SelectionFlags {
  readonly direction?: "up" | "down";
  readonly embedded?: boolean;
}

export function plan(this: CliContext, flags: PlanFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const selection = {
      ...selectionOf(flags),
      ...(flags.direction !== undefined && { direction: flags.direction }),
    };
    await withEmbedded(this, flags, async (given) => {
      const project = await loadProject(this, given);
      const result = await run(await project.runnerOptions(reporter.onLookEvent), selection);
      reporter.result(result, (paint) => renderPlan(result, paint));
      // The code that `up` would end with, so that a pipeline can stop before it deploys.
      const [refused] = result.refused;
      if (refused !== undefined) this.process.exitCode = refused.failure.exitCode;
    });
  });
}
