/** `lockstep gate`: waits until the database has what this build ships. Started by every pod. */
import { gate as run } from "../../gate/wait.ts";
import type { CliContext } from "../context.ts";
import type { LogFlags, LookFlags } from "../flags.ts";
import { createGateText } from "../output/gate-text.ts";
import { loadProject } from "../project.ts";
import { withLog, withReporter } from "../with-reporter.ts";

export interface GateFlags extends LookFlags, LogFlags {
  readonly timeout?: number;
  readonly require?: string;
  readonly requireFolder?: readonly string[];
  readonly requireContract?: boolean;
  readonly maxAhead?: number;
}

const TIMEOUT_MS = 600_000;

export async function gate(this: CliContext, flags: GateFlags): Promise<void> {
  return withReporter(this, withLog(this, flags), async (reporter) => {
    const { requireFolder, require, requireContract, maxAhead } = flags;
    const project = await loadProject(this, {
      ...flags,
      ...(requireFolder && { dir: requireFolder }),
    });
    const text = createGateText();
    const state = await run({
      ...(await project.runnerOptions(reporter.onLookEvent)),
      timeoutMs: flags.timeout ?? TIMEOUT_MS,
      rules: {
        ...(require !== undefined && { require }),
        ...(maxAhead !== undefined && { maxAhead }),
        ...(requireContract && { requireContract }),
      },
      // What is final is the result below, or the failure on stderr.
      onState(seen) {
        if (!seen.ready) reporter.state("gate-waiting", seen, text(seen));
      },
    });
    if (reporter.mode === "log") reporter.state("gate-ready", state, [text.ready(state)]);
    else reporter.result(state, (paint) => [paint.green(text.ready(state))]);
  });
}
