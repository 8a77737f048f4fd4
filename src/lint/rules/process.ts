/** Rules about files, history and releases. */
import type { Rule } from "../rule.ts";

export const PROCESS_RULES: readonly Rule[] = [];
