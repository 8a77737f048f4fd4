/** Rules about transactions, timeouts and locks. */
import type { Rule } from "../rule.ts";

export const TRANSACTION_RULES: readonly Rule[] = [];
