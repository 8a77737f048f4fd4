/** `lockstep export-history --to TOOL`: the way back to another tool. */
import { exportHistory as run } from "../../takeover/export-history.ts";
import { canAsk, confirm, reasonOr } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags, ReasonFlags } from "../flags.ts";
import { renderExport } from "../output/adopt-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface ExportFlags extends DatabaseFlags, ReasonFlags {
  readonly to: string;
  readonly dryRun?: boolean;
}

export function exportHistory(this: CliContext, flags: ExportFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const options = {
      ...(await project.runnerOptions(reporter.onLookEvent)),
      readAs: (format: string) => project.readAs(format),
      to: flags.to,
    };
    const reason = reasonOr(this, flags, "handed back to another tool");
    if (flags.dryRun || (!flags.yes && canAsk(this, flags))) {
      const found = await run({ ...options, dryRun: true }, reason);
      if (flags.dryRun) {
        reporter.result(found, (paint) => renderExport(found, paint));
        return;
      }
      reporter.say(...renderExport(found, reporter.paint));
      if (found.exported.length > 0) {
        await confirm(this, flags, `Write them into ${found.table} on ${options.target.display}?`);
      }
    }
    const result = await run(options, reason);
    reporter.result(result, (paint) => renderExport(result, paint));
  });
}
