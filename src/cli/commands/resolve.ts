/** `lockstep resolve <version> --applied|--not-applied`: settles a step with an unknown outcome. */
import { Failure } from "../../failures/failure.ts";
import { resolve as run } from "../../runner/resolve.ts";
import { askReason, confirm } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags, ReasonFlags } from "../flags.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface ResolveFlags extends ReasonFlags, DatabaseFlags {
  readonly applied?: boolean;
  readonly notApplied?: boolean;
}

export function resolve(this: CliContext, flags: ResolveFlags, version: string): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const outcome = outcomeOf(flags, version);
    const project = await loadProject(this, flags);
    const options = await project.runnerOptions(reporter.onLookEvent);
    const reason = await askReason(this, flags);
    const words = outcome === "applied" ? "applied" : "not applied";
    const question = `Record the open step of ${version} as ${words} on ${options.target.display}?`;
    await confirm(this, flags, question);
    const result = await run(options, version, outcome, reason);
    reporter.result(result, (paint) => [`${paint.green("✓")} ${result.id} is settled: ${words}.`]);
  });
}

function outcomeOf(flags: ResolveFlags, version: string): "applied" | "not-applied" {
  const { applied = false, notApplied = false } = flags;
  if (applied !== notApplied) return applied ? "applied" : "not-applied";
  throw new Failure({
    class: "usage",
    what: applied
      ? "`--applied` and `--not-applied` contradict each other."
      : "The outcome is not given.",
    action: `Look at the database, then run \`lockstep resolve ${version} --applied\` or \`lockstep resolve ${version} --not-applied\`.`,
  });
}
