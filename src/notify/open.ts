/** One sink for each notifier of the configuration. */
import type { NotifyConfig } from "../config/notify-config.ts";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";

export interface NotifyOptions {
  readonly config: NotifyConfig;
  readonly place: RunPlace;
  readonly env: NodeJS.ProcessEnv;
}

export async function openNotifiers(_options: NotifyOptions): Promise<readonly RunSink[]> {
  return [];
}
