/** Rules about objects that are dropped, enums, domains, views, triggers and policies. */
import type { Rule } from "../rule.ts";

export const OBJECT_RULES: readonly Rule[] = [];
