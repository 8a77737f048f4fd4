/** `lockstep split <file>`: the files that a refused migration should have been. */
import { split as run } from "../../runner/split.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags } from "../flags.ts";
import { renderSplit } from "../output/run-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface SplitFlags extends DatabaseFlags {
  readonly write?: boolean;
}

export function split(this: CliContext, flags: SplitFlags, file: string): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const options = await project.runnerOptions(reporter.onLookEvent);
    const write = flags.write === true;
    const result = await run(options, file, { write });
    reporter.result(result, (paint) => renderSplit(result.files, write, paint));
  });
}
