/** `lockstep up`; see migrate.ts. */
import { migrate } from "./migrate.ts";
import type { RunnerOptions, Selection } from "./options.ts";
import type { RunResult } from "./results.ts";

export function up(options: RunnerOptions, selection: Selection = {}): Promise<RunResult> {
  return migrate("up", options, selection);
}
