/** Rules about constraints. */
import type { Rule } from "../rule.ts";

export const CONSTRAINT_RULES: readonly Rule[] = [];
