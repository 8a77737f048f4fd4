/** Rules about types, design and names; off unless asked for. */
import type { Rule } from "../rule.ts";

export const STYLE_RULES: readonly Rule[] = [];
