/** The rows of the command table that look at runs: which there were, what one says, what it means. */
import type { CommandEntry } from "./command-entry.ts";

export const RUN_COMMANDS: readonly CommandEntry[] = [];
