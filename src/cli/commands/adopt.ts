/** `lockstep adopt`: takes a live database over from another tool. Shows what it found before it asks. */
import { adopt as run, type AdoptOptions } from "../../takeover/adopt.ts";
import { confirm, canAsk, reasonOr } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags, ReasonFlags } from "../flags.ts";
import { renderAdoption } from "../output/adopt-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface AdoptFlags extends DatabaseFlags, ReasonFlags {
  readonly from?: string;
  readonly table?: string;
  readonly dryRun?: boolean;
  readonly acceptMissing?: boolean;
  readonly keepTheirs?: boolean;
  readonly finish?: boolean;
  readonly rehearse?: boolean;
  readonly theirCommand?: string;
}

export function adopt(this: CliContext, flags: AdoptFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const { from, table, dryRun, acceptMissing, keepTheirs } = flags;
    const project = await loadProject(this, flags);
    const options: AdoptOptions = {
      ...(await project.runnerOptions(reporter.onLookEvent)),
      readAs: (format) => project.readAs(format),
      ...(from !== undefined && { from }),
      ...(table !== undefined && { table }),
      ...(acceptMissing && { acceptMissing }),
      ...(keepTheirs && { keepTheirs }),
    };
    const reason = reasonOr(this, flags, "taken over from another tool");
    if (dryRun || (!flags.yes && canAsk(this, flags))) {
      const found = await run({ ...options, dryRun: true }, reason);
      if (dryRun) {
        reporter.result(found, (paint) => renderAdoption(found, paint));
        return;
      }
      reporter.say(...renderAdoption(found, reporter.paint));
      if (found.adopted > 0 || keepTheirs) {
        const question = `Record these as applied on ${options.target.display}?`;
        await confirm(this, flags, question);
      }
    }
    const result = await run(options, reason);
    reporter.result(result, (paint) => renderAdoption(result, paint));
  });
}
