/** Rules about indexes. */
import type { Rule } from "../rule.ts";
import { indexNotConcurrent } from "./indexes/index-not-concurrent.ts";

export const INDEX_RULES: readonly Rule[] = [indexNotConcurrent];
