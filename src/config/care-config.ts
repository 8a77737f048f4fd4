/** What a run is told about the server it works on, and what is beside it. */
import type { BlockersConfig } from "./blockers-config.ts";
import type { FreezeConfig, WindowConfig } from "./windows-config.ts";

export interface DiskConfig {
  /** What is free where the tables are, as the operator knows it: `50GB`, or bytes. */
  readonly free?: string | number | undefined;
}

export interface CareValues {
  /** When `up` and `down` may work; default: at any time. */
  readonly windows?: readonly WindowConfig[] | undefined;
  /** When they may not, whatever the windows say. */
  readonly freezes?: readonly FreezeConfig[] | undefined;
  /** Which sessions in the way may be cancelled; default: none. */
  readonly blockers?: BlockersConfig | undefined;
  readonly disk?: DiskConfig | undefined;
  /** Connection strings of standbys to look at. */
  readonly replicas?: readonly string[] | undefined;
}

/** The same for the runner. */
export interface CareSettings {
  readonly windows?: readonly WindowConfig[];
  readonly freezes?: readonly FreezeConfig[];
  readonly blockers?: BlockersConfig;
  readonly freeDiskBytes?: number;
  readonly replicas?: readonly string[];
}
