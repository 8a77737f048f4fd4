/** `lockstep stats`: one JSON document on stdout, for `lockstep trace --stats`. */
import { stats as run } from "../../trace/stats.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags } from "../flags.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export function stats(this: CliContext, flags: DatabaseFlags): Promise<void> {
  // Whatever is printed is the document: waiting and warnings would spoil the file that it goes to.
  return withReporter(this, { ...flags, json: true }, async (reporter) => {
    const project = await loadProject(this, flags);
    const result = await run(await project.runnerOptions(reporter.onLookEvent));
    reporter.result(result, () => []);
  });
}
