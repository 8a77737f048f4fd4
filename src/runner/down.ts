/** `lockstep down`; see migrate.ts. */
import { migrate } from "./migrate.ts";
import type { RunnerOptions, Selection } from "./options.ts";
import type { RunResult } from "./results.ts";

export function down(options: RunnerOptions, selection: Selection = {}): Promise<RunResult> {
  return migrate("down", options, selection);
}
