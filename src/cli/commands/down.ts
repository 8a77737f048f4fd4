/**
 * `lockstep down`: reverts applied migrations. Without a selection it takes one step: reverting
 * everything is asked for by `--to 0`, never by leaving a flag out.
 */
import { down as run } from "../../runner/down.ts";
import type { CliContext } from "../context.ts";
import { withEmbedded } from "../embedded.ts";
import type { CareFlags, ForceFlags, RunFlags } from "../flags.ts";
import { forced } from "../forced.ts";
import { loadProject } from "../project.ts";
import { selectionOf } from "../selection.ts";
import { withSinks } from "../sinks.ts";
import { withLog, withReporter } from "../with-reporter.ts";

export type DownFlags = RunFlags & ForceFlags & CareFlags;

export async function down(this: CliContext, flags: DownFlags): Promise<void> {
  return withReporter(this, withLog(this, flags), async (reporter) => {
    const given = selectionOf(flags);
    const selection = given.to === undefined && given.count === undefined ? { count: 1 } : given;
    const force = await forced(this, flags);
    await withEmbedded(this, flags, async (settled) => {
      const project = await loadProject(this, settled);
      const options = { ...(await project.runnerOptions(reporter.onEvent)), ...force };
      await withSinks(this, project, options, (told) => run(told, selection));
    });
  });
}
