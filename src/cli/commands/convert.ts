/** `lockstep convert --to native <folder>`: another tool's folder in our own format. */
import { relative, resolve } from "node:path";
import { Failure } from "../../failures/failure.ts";
import { convert as run } from "../../takeover/convert.ts";
import type { CliContext } from "../context.ts";
import type { ProjectFlags } from "../flags.ts";
import { renderConverted } from "../output/adopt-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface ConvertFlags extends ProjectFlags {
  readonly to?: string;
}

export function convert(this: CliContext, flags: ConvertFlags, folder: string): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    if (flags.to !== undefined && flags.to !== "native") {
      throw new Failure({
        class: "usage",
        what: `A folder can be converted to \`native\` only, not to \`${flags.to}\`.`,
        action: "Leave `--to` out, or give `--to native`.",
      });
    }
    const project = await loadProject(this, flags, { needsUrl: false });
    const target = resolve(this.cwd, folder);
    const result = await run({
      set: await project.source(),
      settings: project.settings,
      target,
      cwd: this.cwd,
      onEvent: reporter.onLookEvent,
      signal: this.signal,
    });
    const shown = { ...result, files: result.files.map((file) => relative(this.cwd, file)) };
    reporter.result(shown, (paint) => renderConverted(shown, folder, paint));
  });
}
