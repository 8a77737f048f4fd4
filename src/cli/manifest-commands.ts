/** The rows of the command table that print what a cluster needs. */
import type { CommandEntry } from "./command-entry.ts";

export const MANIFEST_COMMANDS: readonly CommandEntry[] = [];
