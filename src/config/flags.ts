/** The command line's part of the settings; it wins over every other source. */
import type { CareFlags } from "./care-settings.ts";
import type { Duration } from "./duration.ts";

/** What the command line gives; durations as typed. */
export interface SettingsFlags extends CareFlags {
  readonly url?: string | undefined;
  readonly dir?: readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly env?: string | undefined;
  readonly config?: string | undefined;
  readonly historySchema?: string | undefined;
  readonly historyPrefix?: string | undefined;
  readonly lockWait?: Duration | undefined;
  readonly lockTimeout?: Duration | undefined;
  readonly budget?: Duration | undefined;
  readonly connectWait?: Duration | undefined;
  readonly outOfOrder?: "refuse" | "allow" | undefined;
  readonly strict?: boolean | undefined;
  readonly historyView?: boolean | undefined;
  readonly searchPath?: string | undefined;
  readonly placeholders?: Readonly<Record<string, string>> | undefined;
}
