/** `lockstep runs`: which runs there were. Ends with 0 whatever it finds: it is for looking. */
import { listRuns } from "../../runbook/runs.ts";
import type { CliContext } from "../context.ts";
import type { LookFlags } from "../flags.ts";
import { renderRuns } from "../output/runs-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface RunsFlags extends LookFlags {
  readonly limit?: number;
  readonly failed?: boolean;
  readonly since?: number;
}

const LIMIT = 20;

export function runs(this: CliContext, flags: RunsFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const { limit = LIMIT, failed, since } = flags;
    const project = await loadProject(this, flags);
    const result = await listRuns(await project.runnerOptions(reporter.onLookEvent), {
      limit,
      ...(failed && { failed }),
      ...(since !== undefined && { sinceMs: since }),
    });
    const { columns } = this.process.stdout;
    reporter.result(result, (paint) => renderRuns(result, columns, paint));
  });
}
