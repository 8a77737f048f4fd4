/** `lockstep plan` and `lockstep up --dry-run`: what a run would do, without doing any of it. */
import { Failure } from "../../failures/failure.ts";
import { plan as run } from "../../runner/make-plan.ts";
import type { Plan } from "../../runner/plan.ts";
import type { TraceResult } from "../../trace/result.ts";
import type { CliContext } from "../context.ts";
import { withEmbedded } from "../embedded.ts";
import type {
  CareFlags,
  DatabaseFlags,
  PhaseFlags,
  PredictionFlags,
  SelectionFlags,
} from "../flags.ts";
import { renderPlan } from "../output/plan-text.ts";
import type { Reporter } from "../output/reporter.ts";
import { loadProject, type Project } from "../project.ts";
import { phaseOf, selectionOf } from "../selection.ts";
import { withReporter } from "../with-reporter.ts";

export interface PlanFlags
  extends DatabaseFlags, SelectionFlags, PhaseFlags, PredictionFlags, CareFlags {
  readonly direction?: "up" | "down";
  readonly embedded?: boolean;
  readonly trace?: boolean;
}

export function plan(this: CliContext, flags: PlanFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const { direction } = flags;
    if (flags.phase !== undefined && direction === "down") {
      throw new Failure({
        class: "usage",
        what: "`--phase` says what is applied, and `--direction down` shows what is reverted.",
        action: "Leave out one of the two.",
      });
    }
    const selection = {
      ...selectionOf(flags),
      ...(direction === "down" ? {} : phaseOf(flags, this.process.env)),
      ...(direction !== undefined && { direction }),
    };
    if (flags.trace === true && direction === "down") {
      throw new Failure({
        class: "usage",
        what: "A trace runs what is pending, and `--direction down` shows what is applied.",
        action: "Leave out one of `--trace` and `--direction down`.",
      });
    }
    await withEmbedded(this, flags, async (given) => {
      const project = await loadProject(this, given);
      const result = await run(await project.runnerOptions(reporter.onLookEvent), selection);
      if (flags.trace === true) await sayTraced(this, flags, { project, result, reporter });
      else reporter.result(result, (paint) => renderPlan(result, paint));
      // The code that `up` would end with, so that a pipeline can stop before it deploys.
      const [refused] = result.refused;
      if (refused !== undefined) this.process.exitCode = refused.failure.exitCode;
    });
  });
}

interface Planned {
  readonly project: Project;
  readonly result: Plan;
  readonly reporter: Reporter;
}

async function sayTraced(
  context: CliContext,
  flags: PlanFlags,
  { project, result, reporter }: Planned,
): Promise<void> {
  const [{ endWith, traceProject }, { only, pendingOnTarget }, text] = await Promise.all([
    import("./trace.ts"),
    import("../../trace/pending.ts"),
    import("../output/trace-text.ts"),
  ]);
  const options = await project.runnerOptions(reporter.onLookEvent);
  const set = await options.source();
  const planned = new Set(result.migrations.map(({ id }) => id));
  const pending = only(await pendingOnTarget(options, set), planned);
  const trace: TraceResult = await traceProject(context, flags, { project, set, pending });
  reporter.result({ ...result, trace }, (paint) => [
    ...text.renderSandbox(trace, paint),
    ...renderPlan(result, paint, (id, step) => text.renderUnderStep(trace, id, step, paint)),
    ...text.renderEnd(trace, paint),
  ]);
  endWith(context, trace);
}
