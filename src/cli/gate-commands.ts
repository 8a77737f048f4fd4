/** The rows of the command table that wait for the schema. */
import type { CommandEntry } from "./command-entry.ts";

export const GATE_COMMANDS: readonly CommandEntry[] = [];
