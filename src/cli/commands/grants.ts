/** `lockstep grants`: the rights of each role as SQL. Connects to nothing. */
import { Failure } from "../../failures/failure.ts";
import { grants as render } from "../../runner/grants.ts";
import type { CliContext } from "../context.ts";
import type { ProjectFlags } from "../flags.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface GrantsFlags extends ProjectFlags {
  readonly migrator?: string;
  readonly gate?: string;
  readonly observer?: string;
  readonly app?: string;
}

export function grants(this: CliContext, flags: GrantsFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const { migrator, gate, observer, app } = flags;
    if ([migrator, gate, observer, app].every((role) => role === undefined)) {
      throw new Failure({
        class: "usage",
        what: "No role is named.",
        action: "Name at least one: `lockstep grants --migrator app_migrator --gate app`.",
      });
    }
    const { settings } = await loadProject(this, flags, { needsUrl: false });
    const sql = render({
      historySchema: settings.historySchema,
      historyPrefix: settings.historyPrefix,
      roles: {
        ...(migrator !== undefined && { migrator }),
        ...(gate !== undefined && { gate }),
        ...(observer !== undefined && { observer }),
        ...(app !== undefined && { app }),
      },
    });
    reporter.result({ sql }, () => [sql.trimEnd()]);
  });
}
