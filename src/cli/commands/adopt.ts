/** `lockstep adopt`: takes a live database over from another tool. Shows what it found before it asks. */
import type { Mapping } from "../../takeover/mapping.ts";
import { adopt as run, type AdoptOptions } from "../../takeover/adopt.ts";
import { confirm, canAsk, reasonOr } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags, ReasonFlags } from "../flags.ts";
import {
  renderAdoption,
  renderFinished,
  renderMapped,
  renderRehearsal,
} from "../output/adopt-text.ts";
import type { Reporter } from "../output/reporter.ts";
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
    if (flags.rehearse) return rehearsal(this, flags, reporter);
    const mapping = flags.from === undefined ? await converted(flags, this) : undefined;
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
    if (mapping) {
      const { renameHistory } = await import("../../takeover/mapping.ts");
      const renamed = await renameHistory(options, mapping, reason);
      reporter.result(renamed, (paint) => renderMapped(renamed, paint));
      return;
    }
    if (flags.finish) {
      const { finishAdoption } = await import("../../takeover/finish.ts");
      const finished = await finishAdoption(options, reason);
      reporter.result(finished, (paint) => renderFinished(finished, paint));
      return;
    }
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

/** What a converted folder says about the one that it was made of. */
async function converted(flags: AdoptFlags, context: CliContext): Promise<Mapping | undefined> {
  const { dirs } = await loadProject(context, { ...flags, quiet: true }, { needsUrl: false });
  const { readMapping } = await import("../../takeover/mapping.ts");
  return readMapping(dirs);
}

/** Needs no database: both tools get one in a sandbox. */
async function rehearsal(
  context: CliContext,
  flags: AdoptFlags,
  reporter: Reporter,
): Promise<void> {
  const project = await loadProject(context, flags, { needsUrl: false });
  const { rehearse } = await import("../../takeover/rehearse.ts");
  const { cwd, process, signal } = context;
  const result = await rehearse({
    set: await project.source(flags.from),
    settings: project.settings,
    dirs: project.dirs,
    cwd,
    env: process.env,
    onEvent: reporter.onLookEvent,
    signal,
    ...(flags.theirCommand !== undefined && { theirCommand: flags.theirCommand }),
  });
  reporter.result(result, (paint) => renderRehearsal(result, paint));
}
